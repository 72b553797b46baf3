import type { UserId } from '../../../../domain/ids.ts';
import { type Notification, nextActionAt } from '../../../../domain/notification/notification.ts';
import type { Database } from '../../database/database.ts';

/** A change of a notification that exists. */
export interface NotificationWrite {
  readonly userId: UserId;
  readonly before: Notification;
  readonly after: Notification;
}

const UPDATE = `
  with given as materialized (
    select * from json_to_recordset($1::json) as g(
      "userId" text, before int, id uuid, event text, "agentInstanceId" uuid, "messageId" uuid, reach jsonb,
      "createdAt" timestamptz(3), "overAt" timestamptz(3), "isPlanned" boolean, deliveries json,
      "nextAt" timestamptz(3), version int)
  )
  update notifications n set
    event = g.event, agent_instance_id = g."agentInstanceId", message_id = g."messageId", reach = g.reach,
    created_at = g."createdAt", over_at = g."overAt", is_planned = g."isPlanned", deliveries = g.deliveries,
    next_at = g."nextAt", version = g.version
  from given g
  where n.user_id = g."userId" and n.id = g.id and n.version = g.before
  returning n.user_id, n.id`;

interface Row {
  readonly user_id: UserId;
  readonly id: string;
}

/** Names a notification among those of all users. */
export const keyOfWrite = (userId: UserId, id: string): string => `${id} ${userId}`;

/**
 * Writes changes of different notifications. The result says for each whether it was written: it was not if
 * another change came first.
 */
export async function updateNotifications(
  database: Database,
  writes: readonly NotificationWrite[],
): Promise<readonly boolean[]> {
  const input = writes.map(({ userId, before, after }) => ({
    ...{ userId, ...after, before: before.version, nextAt: nextActionAt(after) },
  }));
  const users = [...new Set(writes.map(({ userId }) => userId))];
  const rows = await database.query<Row>(users, UPDATE, [JSON.stringify(input)]);
  const written = new Set(rows.map((row) => keyOfWrite(row.user_id, row.id)));
  return writes.map(({ userId, after }) => written.has(keyOfWrite(userId, after.id)));
}
