import * as v from 'valibot';
import { destinationNotFound } from '../../../domain/errors.ts';
import { destinationId, type NotificationId } from '../../../domain/ids.ts';
import { newDelivery } from '../../../domain/notification/advance.ts';
import type { Notification } from '../../../domain/notification/notification.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { notification, wireNotification } from '../../wire/notification/notification.ts';

/**
 * Sends a test with a button to a destination. A tap on the button verifies the destination, and the time
 * between `sent_at` and `opened_at` is how long that took.
 */
export const testNotificationDestination = defineUseCase({
  name: 'test_notification_destination',
  summary: 'Send a test to a destination',
  errorCodes: ['destination_not_found', 'notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({ destination_id: field.id }),
  output: notification,
  async run(ports, { caller: { userId }, input, idempotency }) {
    const { repository } = requireNotifications(ports);
    const id = destinationId(input.destination_id);
    const { destinations } = await repository.readSettings(userId);
    const destination = destinations.find((each) => each.id === id);
    if (destination === undefined) throw destinationNotFound();
    const now = ports.clock.now();
    const test: Notification = {
      ...{ id: ports.ids.next() as NotificationId, event: 'test', agentInstanceId: null, messageId: null },
      ...{ reach: null, createdAt: now, overAt: null, isPlanned: true, version: 1 },
      deliveries: [newDelivery(destination, now)],
    };
    return repository.update(
      { userId, id: test.id, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, () => ({ output: wireNotification(test), changes: test })),
    );
  },
});
