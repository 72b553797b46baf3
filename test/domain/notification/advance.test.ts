import { expect, test } from 'vitest';
import type { DestinationId, NotificationId } from '../../../src/domain/ids.ts';
import { advance, MAX_ATTEMPTS, newDelivery } from '../../../src/domain/notification/advance.ts';
import type { Destination } from '../../../src/domain/notification/destination.ts';
import type { Delivery, Notification } from '../../../src/domain/notification/notification.ts';
import { NO_SETTINGS } from '../../../src/domain/notification/settings.ts';

const now = new Date('2026-11-30T12:00:00.000Z');
const destination: Destination = {
  ...{ id: 'd' as DestinationId, channel: 'ntfy', kind: 'push', name: 'Phone', address: 'here' },
  ...{
    sealedSettings: '',
    createdAt: now,
    changedAt: now,
    verifiedAt: null,
    failingSince: null,
    lastError: null,
  },
};
const settings = { ...NO_SETTINGS, destinations: [destination] };

/** Returns the status of a delivery that waits for its next attempt, after the notification is advanced. */
function statusAfter(fields: Partial<Delivery>, overAt: Date | null): string {
  const notification: Notification = {
    ...{ id: 'n' as NotificationId, event: 'question', agentInstanceId: null, messageId: null, reach: null },
    ...{ createdAt: now, overAt, isPlanned: true, version: 1 },
    deliveries: [{ ...newDelivery(destination, now), attempts: 1, ...fields }],
  };
  const situation = {
    settings,
    expiresAt: null,
    joining: new Set<DestinationId>(),
    fullUntil: () => null,
    now,
  };
  return advance(notification, situation).notification.deliveries[0]!.status;
}

test('what is over before it was sent is withdrawn, but not what the person has tapped: it had arrived', () => {
  expect(statusAfter({}, now)).toBe('withdrawn');
  expect(statusAfter({ openedAt: now }, now)).toBe('opened');
});

test('what was tried too often has failed, but not what the person has tapped', () => {
  expect(statusAfter({ attempts: MAX_ATTEMPTS }, null)).toBe('failed');
  expect(statusAfter({ attempts: MAX_ATTEMPTS, openedAt: now }, null)).toBe('opened');
});
