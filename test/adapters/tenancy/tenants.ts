import { expect } from 'vitest';
import * as useCases from '../../../src/application/use-cases/index.ts';
import { type Comparison, differencesOf, type Tenants } from './compare.ts';
import { INSTANCES, idsOfNothing } from './kinds-of-id.ts';
import type { TenantServer } from './tenant-server.ts';

/** The owner comes last: in a list that went by the owner's cursor, all of the others' would follow it. */
export const newTenants = async (server: TenantServer): Promise<Tenants> => ({
  asking: await server.newEstate(),
  control: await server.newEstate(),
  nothing: idsOfNothing(),
  owner: await server.newEstate(),
  squatted: [],
});

/** The same, where the others have made instances of their own under the very ids. */
export async function squattingTenants(server: TenantServer): Promise<Tenants> {
  const of = await newTenants(server);
  for (const kind of INSTANCES) {
    for (const [{ caller }, ids] of [
      [of.asking, of.owner.ids],
      [of.control, of.nothing],
    ] as const) {
      const input = { agent_instance_id: ids[kind], agent_type: 'squatter' };
      await server.dispatch(useCases.startAgentInstance, { caller, input });
    }
  }
  return { ...of, squatted: INSTANCES };
}

/** None of these tells an id that is somebody's from one that never was. */
export async function expectAlike(
  server: TenantServer,
  of: Tenants,
  comparisons: readonly Comparison[],
): Promise<void> {
  expect(await differencesOf(server, of, comparisons)).toEqual([]);
  expect(server.log.at('error')).toEqual([]);
}
