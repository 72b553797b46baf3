import type { NotificationId, UserId } from '../../../../domain/ids.ts';
import type { DueNotification } from '../../../../ports/storage/notification-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { toDate } from '../rows.ts';

/** Reads from an index that has nothing but notifications for which something has to be done. */
const NEXT_DUE = `
  select user_id, id, date_part('epoch', next_at) as next_at from notifications
  where next_at is not null and user_id collate "C" <> all ($2)
  order by notifications.next_at limit $1`;

interface Row {
  readonly user_id: UserId;
  readonly id: NotificationId;
  readonly next_at: number;
}

/** Returns the notifications of all users that are due next, at most `limit` of them. */
export async function nextDue(
  database: Database,
  limit: number,
  without: readonly UserId[],
): Promise<DueNotification[]> {
  const rows = await database.query<Row>(MAINTENANCE, NEXT_DUE, [limit, [...without]]);
  return rows.map((row) => ({ userId: row.user_id, id: row.id, dueAt: toDate(row.next_at) }));
}
