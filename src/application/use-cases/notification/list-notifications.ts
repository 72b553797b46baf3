import * as v from 'valibot';
import { requireNotifications } from '../../notifications/require-notifications.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { notification, wireNotification } from '../../wire/notification/notification.ts';
import { cursor, formatCursor, parseCursor } from '../../wire/notification/notification-cursor.ts';

/** Lists the user's notifications with their deliveries, page by page, the newest first. */
export const listNotifications = defineUseCase({
  name: 'list_notifications',
  summary: 'List your notifications and what became of them, the newest first',
  errorCodes: ['notifications_disabled'],
  scopes: ['dashboard'],
  input: v.object({ limit: field.optional(field.limit), cursor: field.optional(cursor) }),
  output: v.object({ notifications: v.array(notification), next_cursor: v.nullable(v.string()) }),
  async run(ports, { caller: { userId }, input }) {
    const page = await requireNotifications(ports).repository.list(userId, {
      limit: input.limit ?? field.DEFAULT_LIMIT,
      after: input.cursor == null ? null : parseCursor(input.cursor),
    });
    return {
      notifications: page.notifications.map(wireNotification),
      next_cursor: formatCursor(page.next),
    };
  },
});
