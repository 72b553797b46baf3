import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withInstance, withoutInstance } from '../../model/dashboard-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { type RequestOptions, request } from '../../server/request.ts';
import { showError, showNotice } from '../page/notices.ts';
import { dashboard, loadInstance } from './dashboard.ts';

/** Sends a request that changes an instance, and shows the changed instance. */
const changeInstance = async (method: string, path: string, options: RequestOptions = {}): Promise<void> => {
  const instance = await request<AgentInstance>(method, path, {
    idempotencyKey: randomId(),
    ...options,
  });
  dashboard.value = withInstance(dashboard.value, instance);
};

const pathOf = (id: string): string => `/agent-instances/${encodeURIComponent(id)}`;

export const renameInstance = (id: string, name: string): Promise<void> =>
  changeInstance('PATCH', pathOf(id), { body: { name } }).catch(showError);

/** Sends the requests that end an instance, and returns its new state. */
export async function endRequest(id: string): Promise<AgentInstance> {
  await request('POST', `${pathOf(id)}/stop`, { body: {}, idempotencyKey: randomId() });
  return request<AgentInstance>('PUT', `${pathOf(id)}/status`, {
    body: { status: 'COMPLETED' },
    idempotencyKey: randomId(),
  });
}

export const deleteRequest = (id: string): Promise<unknown> =>
  request('DELETE', pathOf(id), { idempotencyKey: randomId() });

/**
 * Ends an instance. Its agent is asked to stop first: an agent that works on gets to know it with its next
 * call, and one with hooks is stopped at its next use of a tool. A message to the agent takes both back.
 */
export async function endInstance({ id }: AgentInstance): Promise<void> {
  try {
    const ended = await endRequest(id);
    dashboard.value = withInstance(dashboard.value, ended);
  } catch (error) {
    showError(error);
  }
}

/** Deletes an instance, and shows a notice with a button to undo that. */
export async function deleteInstance(instance: AgentInstance): Promise<void> {
  try {
    await deleteRequest(instance.id);
    dashboard.value = withoutInstance(dashboard.value, instance.id);
    showNotice(
      `Deleted “${instance.name ?? instance.agent_type_name}”.`,
      () => void restoreInstance(instance.id),
    );
  } catch (error) {
    showError(error);
  }
}

async function restoreInstance(id: string): Promise<void> {
  try {
    await changeInstance('POST', `${pathOf(id)}/restore`);
    await loadInstance(id);
  } catch (error) {
    showError(error);
  }
}
