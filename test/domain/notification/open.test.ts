import { expect, test } from 'vitest';
import type { DestinationId, NotificationId } from '../../../src/domain/ids.ts';
import type {
  Delivery,
  DeliveryStatus,
  Notification,
} from '../../../src/domain/notification/notification.ts';
import { open } from '../../../src/domain/notification/settle.ts';

const now = new Date('2026-11-30T12:00:00.000Z');
const id = 'd' as DestinationId;

const notificationWith = (fields: Partial<Delivery>): Notification => ({
  ...{ id: 'n' as NotificationId, event: 'question', agentInstanceId: null, messageId: null, reach: null },
  ...{ createdAt: now, overAt: now, isPlanned: true, version: 1 },
  deliveries: [
    {
      ...{ destinationId: id, channel: 'ntfy', status: 'sent', dueAt: now, nextAt: null, busyUntil: null },
      ...{ attempts: 0, sentAt: now, openedAt: null, error: null, receipt: null, sentWith: null },
      ...fields,
    },
  ],
});

test.each<[before: DeliveryStatus, after: DeliveryStatus]>([
  ['sent', 'opened'],
  ['withdrawn', 'opened'],
  ['failed', 'opened'],
  ['queued', 'queued'],
])('a delivery that is %s, and that the person has tapped, is %s', (status, after) => {
  const [delivery] = open(notificationWith({ status }), id, now)!.deliveries;
  expect(delivery).toMatchObject({ status: after, openedAt: now });
});

test('a second tap changes nothing, and neither does one at an unknown destination', () => {
  expect(open(notificationWith({ openedAt: now }), id, now)).toBeNull();
  expect(open(notificationWith({}), 'other' as DestinationId, now)).toBeNull();
});
