import * as v from 'valibot';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import { notificationRules, wireRules } from '../../wire/notification/notification-rules.ts';

/** Returns when the user is notified, and where. */
export const readNotificationRules = defineUseCase({
  name: 'read_notification_rules',
  summary: 'Read when you are notified, and where',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({}),
  output: notificationRules,
  async run(ports, { caller: { userId } }) {
    return wireRules((await requireNotifications(ports).repository.readSettings(userId)).rules);
  },
});
