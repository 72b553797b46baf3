import type { UserId } from '../../domain/ids.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { DataRemoval, Holdings } from '../../ports/storage/data-removal.ts';

export interface RemovalPorts {
  readonly removal: DataRemoval;
  readonly clock: Clock;
}

const NO_HOLDINGS: Holdings = { agentTypes: 0, agentInstances: 0, messages: 0, apiKeys: 0 };

/**
 * Deletes a user, and yields after each step how much is deleted so far. This process refuses all tokens of
 * the user from the start; other processes refuse them within 5 s. `finishDeletions` deletes what other
 * processes still write in these 5 s. If the caller of this generator stops reading early, `finishDeletions`
 * deletes the rest.
 */
export async function* deleteUser(
  { removal, clock }: RemovalPorts,
  userId: UserId,
): AsyncGenerator<Holdings> {
  await removal.beginUserDeletion(userId, clock.now());
  yield* deleteAll(removal, userId);
}

/**
 * Finishes deletions that began so long ago that no process writes for those users any more. Two runs at the
 * same time do no harm.
 * @param settleMs how long it takes until every process has noticed a deletion and finished its writes. At
 * least a second, because the times in tokens are whole seconds.
 * @returns after how many milliseconds the next deletion is due; null when there is none.
 */
export async function finishDeletions(
  { removal, clock }: RemovalPorts,
  settleMs: number,
): Promise<number | null> {
  for (const { userId, begunAt } of await removal.listUnfinishedDeletions()) {
    const remainingMs = begunAt.getTime() + settleMs - clock.now().getTime();
    // The oldest deletion comes first, so the later ones are not due either.
    if (remainingMs > 0) return remainingMs;
    // Runs the deletion to its end; the counts are not needed.
    for await (const _ of deleteAll(removal, userId));
    await removal.finishUserDeletion(userId, clock.now());
  }
  return null;
}

/** Deletes part after part, and yields the sum of all parts after each. */
async function* deleteAll(removal: DataRemoval, userId: UserId): AsyncGenerator<Holdings> {
  let deletedSoFar = NO_HOLDINGS;
  for (;;) {
    const deletedNow = await removal.deleteSome(userId);
    if (Object.values(deletedNow).every((count) => count === 0)) return yield deletedSoFar;
    deletedSoFar = {
      agentTypes: deletedSoFar.agentTypes + deletedNow.agentTypes,
      agentInstances: deletedSoFar.agentInstances + deletedNow.agentInstances,
      messages: deletedSoFar.messages + deletedNow.messages,
      apiKeys: deletedSoFar.apiKeys + deletedNow.apiKeys,
    };
    yield deletedSoFar;
  }
}
