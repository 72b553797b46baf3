import type { DestinationId, UserId } from '../../../domain/ids.ts';
import { release } from '../../../domain/notification/advance.ts';
import type { NotificationRepository } from '../../../ports/storage/notification-repository.ts';

/** How many of the newest notifications are looked at. Older ones wait as they were told to. */
const MAX_RELEASED = 200;

/**
 * Lets what waits for a user be delivered as the rules say now.
 * @param works the destination that works again; null: the rules have changed.
 */
export async function releaseHeld(
  repository: NotificationRepository,
  userId: UserId,
  now: Date,
  works: DestinationId | null = null,
): Promise<void> {
  const { notifications } = await repository.list(userId, { limit: MAX_RELEASED, after: null });
  const waiting = notifications.filter((each) => release(each, now, works) !== null);
  await Promise.all(
    waiting.map((known) =>
      repository.update({ userId, id: known.id, known }, (current) => ({
        output: null,
        changes: current && release(current, now, works),
        record: null,
      })),
    ),
  );
}
