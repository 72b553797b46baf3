import type { JsonObject } from '../conversation/message.ts';
import type { DestinationId, NotificationId } from '../ids.ts';
import { changeDelivery, MAX_ATTEMPTS } from './advance.ts';
import type { Delivery, Notification } from './notification.ts';

/** How a task ended. */
export type TaskResult =
  | {
      readonly status: 'delivered';
      readonly receipt: JsonObject | null;
      /** The notifications that were sent as one; null: this one alone. */
      readonly sentWith: readonly NotificationId[] | null;
    }
  | { readonly status: 'recalled' }
  | {
      readonly status: 'failed';
      /** For people. */
      readonly error: string;
      /** Whether another attempt is useless. */
      readonly isFinal: boolean;
      /** How long the channel asks to wait; null: it does not say. */
      readonly retryAfterMs: number | null;
    };

const RECALLED = { nextAt: null, error: null, receipt: null } as const;

/** How long to wait after each failed attempt, in seconds. The last one is for all that follow. */
const RETRY_SECONDS = [2, 5, 15, 60, 300, 900, 3600];

/**
 * Returns the notification after a task has ended; null if it has no such delivery, or has begun anew since.
 * @param begun the notification when the task began.
 */
export const settle = (
  notification: Notification,
  begun: Pick<Notification, 'createdAt'>,
  destinationId: DestinationId,
  result: TaskResult,
  now: Date,
): Notification | null => {
  if (notification.createdAt.getTime() !== begun.createdAt.getTime()) return null;
  return changeDelivery(notification, destinationId, (delivery) => {
    const free = { ...delivery, busyUntil: null };
    if (result.status === 'failed') return afterFailure(free, result, now);
    if (result.status === 'recalled')
      return { ...free, ...RECALLED, status: delivery.openedAt === null ? 'withdrawn' : 'opened' };
    const { receipt, sentWith } = result;
    // If its question ended while it was sent, it is taken back at once.
    const nextAt = notification.overAt !== null && receipt !== null ? now : null;
    // The person may have tapped it before the channel's response was here.
    const status = delivery.openedAt === null ? 'sent' : 'opened';
    return { ...free, status, attempts: 0, sentAt: now, nextAt, error: null, receipt, sentWith };
  });
};

function afterFailure(
  delivery: Delivery,
  { error, isFinal, retryAfterMs }: Extract<TaskResult, { status: 'failed' }>,
  now: Date,
): Delivery {
  const { attempts, status } = delivery;
  // What was delivered stays delivered, also if it cannot be taken back.
  if (isFinal || attempts >= MAX_ATTEMPTS)
    return {
      ...delivery,
      status: status === 'queued' ? 'failed' : status,
      nextAt: null,
      receipt: null,
      error,
    };
  const seconds = RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length) - 1] ?? 0;
  return {
    ...delivery,
    nextAt: new Date(now.getTime() + Math.max(seconds * 1000, retryAfterMs ?? 0)),
    error,
  };
}

/** Notes that the person has opened or tapped a delivery. Returns null if that changes nothing. */
export function open(
  notification: Notification,
  destinationId: DestinationId,
  now: Date,
): Notification | null {
  const delivery = notification.deliveries.find((each) => each.destinationId === destinationId);
  if (delivery === undefined || delivery.openedAt !== null) return null;
  return changeDelivery(notification, destinationId, (each) => ({
    ...each,
    openedAt: now,
    // It has arrived, also if it was taken back before this was noted. While it is queued, it is still sent.
    status: each.status === 'queued' ? 'queued' : 'opened',
  }));
}
