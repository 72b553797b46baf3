import * as v from 'valibot';
import { destinationNotFound } from '../../../domain/errors.ts';
import { destinationId } from '../../../domain/ids.ts';
import { type NotificationSettings, withoutDestination } from '../../../domain/notification/settings.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/** Removes a destination. Nothing is delivered to it any more, and its answer links stop working. */
export const removeNotificationDestination = defineUseCase({
  name: 'remove_notification_destination',
  summary: 'Remove a destination',
  errorCodes: ['destination_not_found', 'notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({ destination_id: field.id }),
  output: v.object({}),
  async run(ports, { caller: { userId }, input, idempotency }) {
    const id = destinationId(input.destination_id);
    return requireNotifications(ports).repository.updateSettings(
      { userId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (before: NotificationSettings) => {
        if (!before.destinations.some((each) => each.id === id)) throw destinationNotFound();
        return { output: {}, changes: withoutDestination(before, id) };
      }),
    );
  },
});
