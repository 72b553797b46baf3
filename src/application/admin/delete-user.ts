import type { UserId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { DataRemoval, Holdings } from '../../ports/storage/data-removal.ts';

export interface RemovalPorts {
  readonly removal: DataRemoval;
  readonly clock: Clock;
}

const NOTHING: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };

/**
 * Deletes a user, and yields after each step how much is deleted so far. All tokens of the user are refused
 * from the start; other processes refuse them within 5 s. `finishDeletions` deletes what those processes
 * still write in that time. It also deletes the rest if the caller stops reading early.
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
 * least a second, because the times in tokens are whole seconds.
 * @returns after how many milliseconds the next deletion is due; null when there is none.
 */
export async function finishDeletions(
  { removal, clock }: RemovalPorts,
  settleMs: number,
): Promise<number | null> {
  for (const { userId, begunAt } of await removal.unfinished()) {
    const remainingMs = begunAt.getTime() + settleMs - clock.now().getTime();
    // The oldest deletion comes first, so the later ones are not due either.
    if (remainingMs > 0) return remainingMs;
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
