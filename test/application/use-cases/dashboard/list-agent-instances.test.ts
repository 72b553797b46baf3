import { beforeEach, describe, expect, test } from 'vitest';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import { instanceIdOf } from '../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../in-memory-application.ts';

let application: InMemoryApplication;
beforeEach(() => {
  application = new InMemoryApplication();
});

const step = (number: number, input: object = {}) =>
  application.step({ agent_instance_id: instanceIdOf(number), ...input });
const list = (input: object = {}) => application.call(useCases.listAgentInstances, input, { caller: ada });
const idsOf = async (input: object = {}) => (await list(input)).agent_instances.map(({ id }) => id);
const types = async () => (await application.call(useCases.listAgentTypes, {}, { caller: ada })).agent_types;
const summary = () => application.call(useCases.readAgentSummary, {}, { caller: ada });

describe('list_agent_instances', () => {
  test('continues at its cursor', async () => {
    for (const number of [1, 2, 3]) await step(number);
    const first = await list({ limit: 2 });
    expect(first.agent_instances.map(({ id }) => id)).toEqual([instanceIdOf(3), instanceIdOf(2)]);
    const last = await list({ limit: 2, cursor: first.next_cursor });
    expect(last).toMatchObject({ agent_instances: [{ id: instanceIdOf(1) }], next_cursor: null });
  });

  test.each(['0', '9'.repeat(14)])('takes a cursor of the time %s', async (time) => {
    expect(await list({ cursor: `${time}.${instanceIdOf(1)}` })).toMatchObject({ next_cursor: null });
  });

  const fifteenDigits = `${'1'.repeat(15)}.${instanceIdOf(1)}`;
  test.each(['x', '', '12', `12.${'-'.repeat(36)}`, `x.${instanceIdOf(1)}`, fifteenDigits, 7])(
    'refuses the cursor %j',
    async (cursor) => {
      expect(await refusal(list({ cursor }))).toMatchObject({
        code: 'invalid_input',
        issues: [{ path: 'cursor' }],
      });
    },
  );

  test('can be limited to one status or one type, in whatever case its name is written', async () => {
    await step(1, { requires_user_input: true });
    await step(2, { agent_type: 'codex' });
    expect(await idsOf({ status: 'AWAITING_INPUT' })).toEqual([instanceIdOf(1)]);
    expect(await idsOf({ status: 'STALE' })).toEqual([]);
    expect(await idsOf({ agent_type: ' CODEX ' })).toEqual([instanceIdOf(2)]);
    application.clock.advance(300_001);
    expect(await idsOf({ status: 'STALE' })).toEqual([instanceIdOf(2)]);
    expect(await idsOf({ status: 'ACTIVE' })).toEqual([]);
  });

  test.each(['DELETED', 'active', ''])('refuses the status %j', async (status) => {
    expect(await refusal(list({ status }))).toMatchObject({ code: 'invalid_input' });
  });

  test('fails in the same way for another user’s type id and an unknown one', async () => {
    await application.step({}, { caller: stranger });
    const unknown = await refusal(list({ agent_type_id: instanceIdOf(7) }));
    expect(unknown).toMatchObject({ code: 'agent_type_not_found' });
    const theirs = await application.call(
      useCases.listAgentTypes,
      {},
      { caller: { ...stranger, scopes: ['dashboard'] } },
    );
    expect(await refusal(list({ agent_type_id: theirs.agent_types[0]!.id }))).toEqual(unknown);
  });
});

describe('list_agent_types', () => {
  test('counts all instances of a type and shows the latest five', async () => {
    for (const number of [1, 2, 3, 4, 5, 6]) await step(number);
    await application.call(useCases.endSession, { agent_instance_id: instanceIdOf(1) });
    expect(await types()).toMatchObject([
      { name: 'claude-code', total_instances: 6, active_instances: 5, created_at: expect.any(String) },
    ]);
    const [{ recent_instances = [] } = {}] = await types();
    expect(recent_instances.map(({ id }) => id)).toEqual([6, 5, 4, 3, 2].map(instanceIdOf));
  });
});

describe('read_agent_summary', () => {
  test('counts stale instances as active, and does not count deleted ones', async () => {
    for (const number of [1, 2, 3, 4]) await step(number);
    await step(5, { agent_type: 'codex', requires_user_input: true });
    await application.call(useCases.endSession, { agent_instance_id: instanceIdOf(1) });
    await application.delete(instanceIdOf(2));
    application.clock.advance(3_600_000);
    const [claude, codex] = await types();
    expect(await summary()).toEqual({
      total_instances: 4,
      active_instances: 2,
      awaiting_input_instances: 1,
      completed_instances: 1,
      agent_types: [
        { id: claude?.id, name: 'claude-code', instances: 3, active: 2 },
        { id: codex?.id, name: 'codex', instances: 1, active: 0 },
      ],
    });
  });

  test('is all zeros for a user without instances', async () => {
    expect(await summary()).toMatchObject({ total_instances: 0, agent_types: [] });
  });
});
