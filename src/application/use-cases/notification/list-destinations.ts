import * as v from 'valibot';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import { destination, wireDestination } from '../../wire/notification/notification.ts';

/** Lists where the user is notified. */
export const listNotificationDestinations = defineUseCase({
  name: 'list_notification_destinations',
  summary: 'List where you are notified',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({ destinations: v.array(destination) }),
  async run(ports, { caller: { userId } }) {
    const { destinations } = await requireNotifications(ports).repository.readSettings(userId);
    return { destinations: destinations.map(wireDestination) };
  },
});
