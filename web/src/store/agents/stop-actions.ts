import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { withInstance } from '../../model/dashboard-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { request } from '../../server/request.ts';
import { showError, showNotice } from '../page/notices.ts';
import { dashboard } from './dashboard.ts';

const bodyOf = (reason: string): object => (reason.trim() === '' ? {} : { reason: reason.trim() });

const stopPath = (id: string): string => `/agent-instances/${encodeURIComponent(id)}/stop`;

/** @param reason what the agent is told; empty: nothing */
export const stopAgent = (id: string, reason: string): Promise<void> =>
  changeStop('POST', stopPath(id), bodyOf(reason));

export const cancelStop = (id: string): Promise<void> => changeStop('DELETE', stopPath(id));

async function changeStop(method: string, path: string, body?: object): Promise<void> {
  try {
    const options = { idempotencyKey: randomId(), ...(body && { body }) };
    // Read after the response: the dashboard may have changed meanwhile.
    const instance = await request<AgentInstance>(method, path, options);
    dashboard.value = withInstance(dashboard.value, instance);
  } catch (error) {
    showError(error);
  }
}

/** Returns how many agents have not ended. The list of the page may not have all of them. */
export async function countRunningAgents(): Promise<number> {
  const summary = await request<{ total_instances: number; completed_instances: number }>(
    'GET',
    '/agent-summary',
  );
  return summary.total_instances - summary.completed_instances;
}

/** @param reason what the agents are told; empty: nothing */
export async function stopAllAgents(reason: string): Promise<void> {
  try {
    const options = { body: bodyOf(reason), idempotencyKey: randomId() };
    const { stopped } = await request<{ stopped: number }>('POST', '/agents/stop', options);
    showNotice(stopped === 1 ? 'One agent was asked to stop.' : `${stopped} agents were asked to stop.`);
  } catch (error) {
    showError(error);
  }
}
