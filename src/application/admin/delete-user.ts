import type { UserId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { DataRemoval, Holdings } from '../../ports/storage/data-removal.ts';

export interface RemovalPorts {
  readonly removal: DataRemoval;
  readonly clock: Clock;
}

const NOTHING: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };

/**
 * Deletes a user, and yields after each step how much is deleted so far. From the start, all tokens of the
 * user are refused; on other processes within 5 s. What a process still writes in that time is deleted by
 * `finishDeletions`. The same goes for the rest if the caller does not read to the end.
 */
export async function* deleteUser(
  { removal, clock }: RemovalPorts,
  userId: UserId,
): AsyncGenerator<Holdings> {
  await removal.begin(userId, clock.now());
  yield* deleteAll(removal, userId);
}

/**
 * Finishes deletions that began so long ago that no process writes for those users any more. It may run twice
 * at once.
 * @param settleMs how long it takes until every process has noticed a deletion and finished its writes. At
 * least a second, because tokens count in whole seconds.
 * @returns after how many milliseconds the next deletion is due; null when there is none.
 */
export async function finishDeletions(
  { removal, clock }: RemovalPorts,
  settleMs: number,
): Promise<number | null> {
  for (const { userId, begunAt } of await removal.unfinished()) {
    const left = begunAt.getTime() + settleMs - clock.now().getTime();
    // They come in the order in which they began.
    if (left > 0) return left;
    for await (const _ of deleteAll(removal, userId));
    await removal.finish(userId, clock.now());
  }
  return null;
}

async function* deleteAll(removal: DataRemoval, userId: UserId): AsyncGenerator<Holdings> {
  let total = NOTHING;
  for (;;) {
    const some = await removal.deleteSome(userId);
    if (Object.values(some).every((count) => count === 0)) return yield total;
    total = {
      agentTypes: total.agentTypes + some.agentTypes,
      agentInstances: total.agentInstances + some.agentInstances,
      messages: total.messages + some.messages,
      apiKeys: total.apiKeys + some.apiKeys,
    };
    yield total;
  }
}
