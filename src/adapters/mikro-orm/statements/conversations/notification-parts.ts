import type { UserId } from '../../../../domain/ids.ts';
import type { NotificationChange } from '../../../../domain/notification/notification.ts';

/** What a save reads of one change. */
export interface NotificationInput extends NotificationChange {
  /** The index of the instance in the input. The change is applied only if this instance is written. */
  readonly instance: number;
  readonly userId: UserId;
}

/**
 * Returns the parts of the saving statement that make notifications, and mark those that are over. Only users
 * who have a destination get new ones, except those about an outcome, which a program has asked for. A part
 * does not see what another one of the same statement writes, but no notification is in both.
 *
 * "exists … or" would be planned as a scan of all users' settings, so it is a look-up with a limit.
 *
 * What is over becomes due again in any case. Whether something has to be taken back is decided when it is
 * looked at. An instance that was opened again ends later than before: then its notification begins anew.
 */
export const notificationParts = (changes: string): readonly string[] => [
  `changes as materialized (
    select * from json_to_recordset(${changes}::json) as c(
      instance int, "userId" text, id uuid, event text, "agentInstanceId" uuid, "messageId" uuid, reach jsonb,
      at timestamptz(3), "isOver" boolean)
    where (c.instance in (select nth from saved)) is true
  )`,
  `made as (
    insert into notifications as n (user_id, id, event, agent_instance_id, message_id, reach, created_at,
      is_planned, deliveries, next_at, version)
    select c."userId", c.id, c.event, c."agentInstanceId", c."messageId", c.reach, c.at, false, '[]', c.at, 1
    from changes c
    where not c."isOver" and coalesce(
      (select true from notification_settings s where s.user_id = c."userId" and s.destination_count > 0 limit 1),
      c.event = 'outcome')
    on conflict (user_id, id) do update set
      event = excluded.event, created_at = excluded.created_at, over_at = null, is_planned = false, deliveries = excluded.deliveries,
      next_at = excluded.next_at, version = n.version + 1
      where excluded.event in ('ended', 'failed') and n.created_at < excluded.created_at
    returning id
  )`,
  `ended as (
    update notifications n set over_at = c.at, next_at = c.at, version = n.version + 1
    from changes c
    where c."isOver" and n.user_id = c."userId" and n.id = c.id and n.over_at is null
    returning n.id
  )`,
];

/** How many notifications the statement has written. */
export const WRITTEN_NOTIFICATIONS =
  '(select count(*) from made)::int + (select count(*) from ended)::int as notifications';
