import * as v from 'valibot';
import { destinationNotFound } from '../../../domain/errors.ts';
import { destinationId } from '../../../domain/ids.ts';
import { type NotificationSettings, withChangedDestination } from '../../../domain/notification/settings.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { checkSettings } from '../../notifications/check-settings.ts';
import { destinationName } from '../../notifications/destination-name.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { destination, wireDestination } from '../../wire/notification/notification.ts';
import { formAnswer } from '../../wire/outcome.ts';

/** Changes the name of a destination, or its settings. With other settings it has to be tested again. */
export const changeNotificationDestination = defineUseCase({
  name: 'change_notification_destination',
  summary: 'Change the name or the settings of a destination',
  errorCodes: ['channel_not_found', 'destination_not_found', 'notifications_disabled', 'settings_do_not_fit'],
  scopes: ['dashboard'],
  input: v.object({
    destination_id: field.id,
    name: field.optional(field.name),
    settings: field.optional(v.pipe(formAnswer, v.description('All fields that the channel needs, by name'))),
  }),
  output: destination,
  async run(ports, { caller: { userId }, input, idempotency }) {
    const { repository, channels } = requireNotifications(ports);
    const id = destinationId(input.destination_id);
    return repository.updateSettings(
      { userId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (before: NotificationSettings) => {
        const stored = before.destinations.find((each) => each.id === id);
        if (stored === undefined) throw destinationNotFound();
        const notifier = channels.find(stored.channel);
        if (notifier === null && input.settings != null) throw destinationNotFound();
        const checked =
          input.settings == null || notifier === null ? null : checkSettings(notifier, input.settings);
        const changed = {
          ...stored,
          name: input.name == null ? stored.name : destinationName(input.name),
          ...(checked !== null && {
            address: checked.address,
            sealedSettings: channels.seal(userId, id, checked.settings),
            changedAt: ports.clock.now(),
            ...{ verifiedAt: null, failingSince: null, lastError: null },
          }),
        };
        return { output: wireDestination(changed), changes: withChangedDestination(before, changed) };
      }),
    );
  },
});
