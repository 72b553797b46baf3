import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { type CleanUp, isOldEnough, STATUSES_OF } from '../../model/clean-up.ts';
import { withInstance, withoutInstance } from '../../model/dashboard-state.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { request, requestPage } from '../../server/request.ts';
import { showNotice } from '../page/notices.ts';
import { dashboard } from './dashboard.ts';
import { deleteRequest, endRequest } from './instance-actions.ts';

const PAGE_SIZE = 200;
/** More than this are cleaned up in several goes. */
const MAX_AT_ONCE = 500;
const CONCURRENCY = 4;

/** Returns the agents that a clean-up is about. The list of the page may not have all of them. */
export async function findToCleanUp(kind: CleanUp, minMs: number): Promise<readonly AgentInstance[]> {
  const lists = await Promise.all(
    STATUSES_OF[kind].map((status) =>
      listAll((query) => requestPage<AgentInstance>(`/agent-instances?status=${status}&${query}`)),
    ),
  );
  return lists.flat().filter((instance) => isOldEnough(instance, kind, minMs, Date.now()));
}

/** Returns the deleted agents that can be restored. */
export const findDeleted = (): Promise<readonly AgentInstance[]> =>
  listAll((query) => requestPage<AgentInstance>(`/deleted-instances?${query}`));

type Page = Awaited<ReturnType<typeof requestPage<AgentInstance>>>;

async function listAll(load: (query: URLSearchParams) => Promise<Page>): Promise<AgentInstance[]> {
  const found: AgentInstance[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await load(
      new URLSearchParams({ limit: String(PAGE_SIZE), ...(cursor && { cursor }) }),
    );
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && found.length < MAX_AT_ONCE);
  return found.slice(0, MAX_AT_ONCE);
}

/** Ends or deletes the agents, some at a time, and says how many. */
export async function cleanUp(kind: CleanUp, instances: readonly AgentInstance[]): Promise<void> {
  const waiting = [...instances];
  let done = 0;
  const next = async (): Promise<void> => {
    for (let instance = waiting.pop(); instance !== undefined; instance = waiting.pop()) {
      const isDone = await (kind === 'end' ? endOne(instance) : deleteOne(instance)).then(
        () => true,
        () => false,
      );
      if (isDone) done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, next));
  showNotice(resultText(kind, done, instances.length - done));
}

async function endOne({ id }: AgentInstance): Promise<void> {
  const ended = await endRequest(id);
  dashboard.value = withInstance(dashboard.value, ended);
}

async function deleteOne({ id }: AgentInstance): Promise<void> {
  await deleteRequest(id);
  dashboard.value = withoutInstance(dashboard.value, id);
}

function resultText(kind: CleanUp, done: number, failed: number): string {
  const agents = done === 1 ? 'One agent was' : `${done} agents were`;
  const text = `${agents} ${kind === 'end' ? 'ended' : 'deleted'}.`;
  return failed === 0 ? text : `${text} With ${failed} it failed.`;
}

export async function restoreDeleted(id: string): Promise<void> {
  const restored = await request<AgentInstance>(
    'POST',
    `/agent-instances/${encodeURIComponent(id)}/restore`,
    { idempotencyKey: randomId() },
  );
  dashboard.value = withInstance(dashboard.value, restored);
}
