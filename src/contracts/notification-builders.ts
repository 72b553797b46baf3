import { randomBytes } from 'node:crypto';
import type { DestinationId, UserId } from '../domain/ids.ts';
import type { Destination } from '../domain/notification/destination.ts';
import type { Delivery, Notification } from '../domain/notification/notification.ts';
import type { AnswerLink } from '../ports/storage/notification-repository.ts';
import { msAfterNow, NOW, newId } from './test-values.ts';

/** Builds a destination that nothing was sent to yet. */
export const aDestination = (fields: Partial<Destination> = {}): Destination => ({
  id: newId<DestinationId>(),
  channel: 'ntfy',
  kind: 'push',
  name: 'My phone',
  address: 'ntfy.sh/…',
  sealedSettings: 'sealed',
  createdAt: NOW,
  changedAt: NOW,
  verifiedAt: null,
  failingSince: null,
  lastError: null,
  ...fields,
});

/** Builds a delivery that was made, and that nothing has to be done for. */
export const aDelivery = (fields: Partial<Delivery> = {}): Delivery => ({
  destinationId: newId<DestinationId>(),
  channel: 'ntfy',
  status: 'sent',
  dueAt: NOW,
  nextAt: null,
  busyUntil: null,
  attempts: 0,
  sentAt: msAfterNow(1),
  openedAt: null,
  error: null,
  receipt: null,
  sentWith: null,
  ...fields,
});

/** Builds the notification of a test, for which nothing has to be done. */
export const aNotification = (fields: Partial<Notification> = {}): Notification => ({
  id: newId(),
  event: 'test',
  agentInstanceId: null,
  messageId: null,
  reach: null,
  createdAt: NOW,
  overAt: null,
  isPlanned: true,
  deliveries: [],
  version: 1,
  ...fields,
});

/** Builds a link that answers a question with `yes`, and was not used. */
export const anAnswerLink = (userId: UserId, fields: Partial<AnswerLink> = {}): AnswerLink => ({
  userId,
  tokenHash: `T-${randomBytes(32).toString('base64url')}`,
  notificationId: newId(),
  destinationId: newId(),
  agentInstanceId: newId(),
  questionId: newId(),
  value: 'yes',
  expiresAt: msAfterNow(60_000),
  usedAt: null,
  ...fields,
});
