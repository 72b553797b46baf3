import * as v from 'valibot';
import { requestStop } from '../../../domain/conversation/stop.ts';
import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { InstancePlace, ListedStatus } from '../../../ports/storage/dashboard-queries.ts';
import { defineUseCase, type Ports } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import * as field from '../../wire/fields.ts';
import { stopReason } from '../../wire/stop-request.ts';

const PAGE_SIZE = 100;

/**
 * Asks all agents of the user to stop that have not ended. An agent that starts meanwhile may be missed. A
 * call that was interrupted can be repeated: it asks again only those that have another reason, or none.
 *
 * The agents of one page are asked at once, so that the store saves them in few batches. When other users are
 * there, the ports let the updates take turns.
 */
export const stopAllAgents = defineUseCase({
  name: 'stop_all_agents',
  summary: 'Ask all agents to stop',
  errorCodes: [],
  scopes: ['dashboard'],
  input: v.object({ reason: field.optional(stopReason) }),
  output: v.object({
    stopped: v.pipe(field.count, v.description('How many agents have a request to stop now')),
  }),
  async run(ports, { caller: { userId }, input }) {
    const stop = async (agentInstanceId: AgentInstanceId): Promise<boolean> => {
      const request = { reason: input.reason ?? null, now: ports.clock.now() };
      const instance = await ports.repository.update({ userId, agentInstanceId }, (conversation) => {
        const isGone = conversation.instance === null || conversation.instance.status === 'DELETED';
        const decision = isGone ? { output: null, changes: null } : requestStop(conversation, request);
        return { ...decision, record: null };
      });
      return instance?.stop != null;
    };
    let stopped = 0;
    for await (const ids of openInstances(ports, userId)) {
      const outcomes = await Promise.all(ids.map(stop));
      stopped += outcomes.filter((isStopped) => isStopped).length;
    }
    return { stopped };
  },
});

const OPEN_STATUSES: readonly ListedStatus[] = ['ACTIVE', 'STALE', 'AWAITING_INPUT'];

/**
 * Yields the ids of the open instances, each once, a page at a time. An instance may change from one status
 * to another between two lists, and be in neither. So all lists are read twice at least, and until they have
 * nothing new.
 */
async function* openInstances(ports: Ports, userId: UserId): AsyncGenerator<readonly AgentInstanceId[]> {
  const seen = new Set<AgentInstanceId>();
  for (let seenBefore = -1, round = 0; round < 2 || seen.size > seenBefore; round += 1) {
    seenBefore = seen.size;
    for (const status of OPEN_STATUSES) {
      for await (const ids of instancesWithStatus(ports, userId, status)) {
        const newIds = ids.filter((id) => !seen.has(id));
        for (const id of newIds) seen.add(id);
        yield newIds;
      }
    }
  }
}

async function* instancesWithStatus(
  ports: Ports,
  userId: UserId,
  status: ListedStatus,
): AsyncGenerator<readonly AgentInstanceId[]> {
  let after: InstancePlace | null = null;
  do {
    const page: Awaited<ReturnType<Ports['queries']['listInstances']>> = await ports.queries.listInstances(
      userId,
      { ...viewContextFor(ports, userId), limit: PAGE_SIZE, after, status, agentType: null },
    );
    yield (page?.instances ?? []).map(({ instance }) => instance.id);
    after = page?.next ?? null;
  } while (after !== null);
}
