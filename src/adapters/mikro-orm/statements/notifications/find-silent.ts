import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { SilenceCriteria, SilentInstance } from '../../../../ports/storage/notification-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { agentWaitingSql } from '../dashboard/overview.ts';
import { toDate } from '../rows.ts';

/**
 * Reads the open instances of the users who want to know. The id of the notification is that of
 * `silenceNotificationId`. Has a row without an instance if nobody is silent, and none if nobody wants to
 * know.
 */
const FIND_SILENT = `
  select silent.* from (select where exists (select from notification_settings where watches_silence)) watched
  left join lateral (
    select a.user_id, a.id, date_part('epoch', last.sign_of_life) as last_sign_of_life
    from notification_settings s
    join agent_instances a on a.user_id = s.user_id
    cross join lateral (select greatest(a.last_heartbeat_at, a.last_activity_at) as sign_of_life) last
    where s.watches_silence and a.status = 'ACTIVE' and a.ended_at is null and a.deleted_at is null
      and last.sign_of_life < $1::timestamptz and last.sign_of_life >= $2::timestamptz
      and not ${agentWaitingSql('$4', '$5')}
      and not exists (
        select from notifications n
        where n.user_id = a.user_id and n.id = overlay(a.id::text placing '0' from 15 for 1)::uuid
          and n.created_at >= last.sign_of_life)
    order by last.sign_of_life desc limit $3) silent on true`;

interface Row {
  readonly user_id: UserId | null;
  readonly id: AgentInstanceId;
  readonly last_sign_of_life: number;
}

/** Returns silent instances of all users who want to know; null if nobody does. */
export async function findSilent(
  database: Database,
  { silentBefore, silentAfter, waitingHere, limit }: SilenceCriteria,
): Promise<readonly SilentInstance[] | null> {
  const parameters = [
    silentBefore.toISOString(),
    silentAfter.toISOString(),
    limit,
    [...waitingHere],
    database.processId,
  ];
  const rows = await database.query<Row>(MAINTENANCE, FIND_SILENT, parameters);
  if (rows.length === 0) return null;
  return rows.flatMap(({ user_id: userId, id, last_sign_of_life }) =>
    userId === null ? [] : [{ userId, agentInstanceId: id, lastSignOfLife: toDate(last_sign_of_life) }],
  );
}
