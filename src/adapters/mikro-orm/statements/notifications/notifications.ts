import type { Compilable, SelectQueryBuilder } from 'kysely';
import type { NotificationId, UserId } from '../../../../domain/ids.ts';
import {
  type Delivery,
  type Notification,
  nextActionAt,
} from '../../../../domain/notification/notification.ts';
import type {
  NotificationPage,
  NotificationPlace,
} from '../../../../ports/storage/notification-repository.ts';
import type { Database } from '../../database/database.ts';
import type { TableRows, Tables } from '../../database/tables.ts';
import type { AsJson, Row } from '../../schema/columns.ts';
import type { NotificationRow } from '../../schema/entities.ts';
import { asJson, timeOf } from './json-times.ts';

/** Selects those of the user's notifications that exist. */
export const selectNotifications = (
  tables: Tables,
  userId: UserId,
  ids: readonly NotificationId[],
): SelectQueryBuilder<TableRows, 'notifications', Row<typeof NotificationRow>> =>
  tables.selectFrom('notifications').selectAll().where('userId', '=', userId).where('id', 'in', ids);

export async function findNotifications(
  database: Database,
  userId: UserId,
  ids: readonly NotificationId[],
): Promise<Notification[]> {
  if (ids.length === 0) return [];
  const rows = await database.execute([userId], (tables) => selectNotifications(tables, userId, ids));
  return rows.map(notificationOf);
}

/** Reads a page of a user's notifications, the newest first, and one more, to know whether there are more. */
export async function listNotifications(
  database: Database,
  userId: UserId,
  { limit, after }: { readonly limit: number; readonly after: NotificationPlace | null },
): Promise<NotificationPage> {
  const rows = await database.execute([userId], (tables) => {
    const newest = tables
      .selectFrom('notifications')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (after === null) return newest;
    return newest.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('createdAt', 'id'), '<', tuple(after.createdAt, after.id)),
    );
  });
  const notifications = rows.slice(0, limit).map(notificationOf);
  const last = rows.length > limit ? notifications.at(-1) : undefined;
  return { notifications, next: last === undefined ? null : { id: last.id, createdAt: last.createdAt } };
}

export function notificationOf(row: Row<typeof NotificationRow>): Notification {
  const { userId: _, nextAt: __, deliveries, ...notification } = row;
  return { ...notification, deliveries: deliveries.map(deliveryOf) };
}

const deliveryOf = (json: AsJson<Delivery>): Delivery => ({
  ...json,
  dueAt: new Date(json.dueAt),
  nextAt: timeOf(json.nextAt),
  busyUntil: timeOf(json.busyUntil),
  sentAt: timeOf(json.sentAt),
  openedAt: timeOf(json.openedAt),
});

/**
 * Writes a notification that was decided from `before`. It returns a row if it has written it, and none if
 * another change came first.
 */
export function writeNotification(
  tables: Tables,
  userId: UserId,
  before: Notification | null,
  notification: Notification,
): Compilable<object> & { execute(): Promise<object[]> } {
  const { id, deliveries, ...fields } = notification;
  const columns = { ...fields, deliveries: deliveries.map(asJson), nextAt: nextActionAt(notification) };
  if (before === null) {
    return tables
      .insertInto('notifications')
      .values({ userId, id, ...columns })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id');
  }
  return tables
    .updateTable('notifications')
    .set(columns)
    .where('userId', '=', userId)
    .where('id', '=', id)
    .where('version', '=', before.version)
    .returning('id');
}
