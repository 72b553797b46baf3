import type { DestinationId, MessageId, NotificationId } from '../ids.ts';
import type { Destination } from './destination.ts';

/** The name of the channel that tells a program how the question ended that it has asked. */
export const CALLBACK_CHANNEL = 'callback';

/**
 * Returns the id of the notification that tells how a question ended: the UUID of the question, with the
 * version 8 (RFC 9562). So a question has one at most, however often its end is saved.
 */
export const outcomeNotificationId = (questionId: MessageId): NotificationId =>
  `${questionId.slice(0, 14)}8${questionId.slice(15)}` as NotificationId;

/** Returns the ids of the notifications that a message may have: its own, and that of its outcome. */
export const notificationIdsOf = (messageId: MessageId): readonly NotificationId[] => [
  messageId as string as NotificationId,
  outcomeNotificationId(messageId),
];

/** Returns the only destination of a notification that tells how a question ended. No user has to add it. */
export const callbackDestination = ({
  id,
  createdAt,
}: {
  readonly id: NotificationId;
  readonly createdAt: Date;
}): Destination => ({
  ...{ id: id as string as DestinationId, channel: CALLBACK_CHANNEL, kind: null },
  ...{ createdAt, changedAt: createdAt },
  ...{ name: 'Callback', address: '', sealedSettings: '' },
  ...{ verifiedAt: null, failingSince: null, lastError: null },
});
