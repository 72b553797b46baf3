import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withInstance, withoutInstance } from '../../model/dashboard-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { ask, type RequestOptions } from '../../server/request.ts';
import { notify, tellFailure } from '../page/notices.ts';
import { dashboard, readInstance } from './dashboard.ts';

const call = async (method: string, path: string, options: RequestOptions = {}): Promise<void> => {
  const instance = await ask<AgentInstance>(method, path, {
    idempotencyKey: randomId(),
    ...options,
  });
  dashboard.value = withInstance(dashboard.value, instance);
};

const pathOf = (id: string): string => `/agent-instances/${encodeURIComponent(id)}`;

export const rename = (id: string, name: string): Promise<void> =>
  call('PATCH', pathOf(id), { body: { name } }).catch(tellFailure);

export const end = (id: string): Promise<void> =>
  call('PUT', `${pathOf(id)}/status`, { body: { status: 'COMPLETED' } }).catch(tellFailure);

/** Gone from the list at once; the notice brings it back. */
export async function remove(instance: AgentInstance): Promise<void> {
  try {
    await ask('DELETE', pathOf(instance.id), { idempotencyKey: randomId() });
    dashboard.value = withoutInstance(dashboard.value, instance.id);
    notify(`Deleted “${instance.name ?? instance.agent_type_name}”.`, () => void restore(instance.id));
  } catch (error) {
    tellFailure(error);
  }
}

async function restore(id: string): Promise<void> {
  try {
    await call('POST', `${pathOf(id)}/restore`);
    await readInstance(id);
  } catch (error) {
    tellFailure(error);
  }
}
