import * as v from 'valibot';
import { channelNotFound, tooManyDestinations } from '../../../domain/errors.ts';
import type { DestinationId } from '../../../domain/ids.ts';
import { type Destination, MAX_DESTINATIONS } from '../../../domain/notification/destination.ts';
import { type NotificationSettings, withDestination } from '../../../domain/notification/settings.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { checkSettings } from '../../notifications/check-settings.ts';
import { destinationName } from '../../notifications/destination-name.ts';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { destination, wireDestination } from '../../wire/notification/notification.ts';
import { formAnswer } from '../../wire/outcome.ts';

/** Adds a destination. Questions reach it at once, until the person changes the rules. */
export const addNotificationDestination = defineUseCase({
  name: 'add_notification_destination',
  summary: 'Add a destination: from then on your agents’ questions reach it',
  errorCodes: ['channel_not_found', 'notifications_disabled', 'settings_do_not_fit', 'too_many_destinations'],
  scopes: ['dashboard'],
  input: v.object({
    channel: v.pipe(v.string(), v.description('The name of a channel that is ready')),
    name: field.optional(field.name),
    settings: v.pipe(formAnswer, v.description('The fields that the channel needs, by name')),
  }),
  output: destination,
  async run(ports, { caller: { userId }, input, idempotency }) {
    const { repository, channels } = requireNotifications(ports);
    const notifier = channels.find(input.channel);
    if (notifier === null) throw channelNotFound();
    const { settings, address } = checkSettings(notifier, input.settings);
    const id = ports.ids.next() as DestinationId;
    const now = ports.clock.now();
    const added: Destination = {
      ...{ id, channel: notifier.channel, kind: notifier.kind, address, createdAt: now, changedAt: now },
      name: input.name == null ? notifier.title : destinationName(input.name),
      sealedSettings: channels.seal(userId, id, settings),
      ...{ verifiedAt: null, failingSince: null, lastError: null },
    };
    return repository.updateSettings(
      { userId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (before: NotificationSettings) => {
        if (before.destinations.length >= MAX_DESTINATIONS) throw tooManyDestinations(MAX_DESTINATIONS);
        return { output: wireDestination(added), changes: withDestination(before, added) };
      }),
    );
  },
});
