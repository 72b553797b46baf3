import type { UserId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { DataRemoval, Holdings } from '../../ports/storage/data-removal.ts';

export interface RemovalPorts {
  readonly removal: DataRemoval;
  readonly clock: Clock;
}

const NOTHING: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };

/**
 * Deletes a user, and says again and again how much is gone so far. From the beginning on all tokens of the user
 * are refused, on other processes within 5 s; what one of them still writes in that time goes when the deletion
 * is finished (`finishDeletions`). Whoever does not read to the end leaves the rest to that, too.
 */
export async function* deleteUser(
  { removal, clock }: RemovalPorts,
  userId: UserId,
): AsyncGenerator<Holdings> {
  await removal.begin(userId, clock.now());
  yield* deleteAll(removal, userId);
}

/**
 * Finishes the deletions that were begun so long ago that nobody writes for those users any more. Running it
 * twice at once does no harm.
 * @param settleMs within which every process has noticed a deletion, and what it was writing is written. At
 * least a second, which is what tokens count in.
 * @returns when the next one is due, in milliseconds; null when there is none.
 */
export async function finishDeletions(
  { removal, clock }: RemovalPorts,
  settleMs: number,
): Promise<number | null> {
  for (const { userId, begunAt } of await removal.unfinished()) {
    const left = begunAt.getTime() + settleMs - clock.now().getTime();
    // They come in the order in which they were begun.
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
