import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withInstance, withoutInstance } from '../../model/dashboard-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { request, type RequestOptions } from '../../server/request.ts';
import { showNotice, showError } from '../page/notices.ts';
import { dashboard, loadInstance } from './dashboard.ts';

const call = async (method: string, path: string, options: RequestOptions = {}): Promise<void> => {
  const instance = await request<AgentInstance>(method, path, {
    idempotencyKey: randomId(),
    ...options,
  });
  dashboard.value = withInstance(dashboard.value, instance);
};

const pathOf = (id: string): string => `/agent-instances/${encodeURIComponent(id)}`;

export const renameInstance = (id: string, name: string): Promise<void> =>
  call('PATCH', pathOf(id), { body: { name } }).catch(showError);

export const endInstance = (id: string): Promise<void> =>
  call('PUT', `${pathOf(id)}/status`, { body: { status: 'COMPLETED' } }).catch(showError);

/** Gone from the list at once; the notice brings it back. */
export async function deleteInstance(instance: AgentInstance): Promise<void> {
  try {
    await request('DELETE', pathOf(instance.id), { idempotencyKey: randomId() });
    dashboard.value = withoutInstance(dashboard.value, instance.id);
    showNotice(`Deleted “${instance.name ?? instance.agent_type_name}”.`, () => void restoreInstance(instance.id));
  } catch (error) {
    showError(error);
  }
}

async function restoreInstance(id: string): Promise<void> {
  try {
    await call('POST', `${pathOf(id)}/restore`);
    await loadInstance(id);
  } catch (error) {
    showError(error);
  }
}
