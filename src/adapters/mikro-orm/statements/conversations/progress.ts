import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Signal } from '../../../../ports/signals/signals.ts';
import type { Seen } from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';

const PROGRESS = 'select a.id, a.version, a.last_position from agent_instances a where a.user_id = $1';

/** How far each of a user's instances is: some 30 bytes of each, so thousands of them are read in milliseconds. */
export async function progress(
  database: Database,
  userId: UserId,
): Promise<ReadonlyMap<AgentInstanceId, Seen>> {
  const rows = await database.query<{ id: AgentInstanceId; version: number; last_position: number }>(
    [userId],
    PROGRESS,
    [userId],
  );
  return new Map(rows.map(({ id, version, last_position: position }) => [id, { version, position }]));
}

/**
 * No index could find what has changed lately: one over a column that changes with each message would make
 * each message dearer (see the migration). Versions only grow, so their sum tells whether anything has; that
 * is one number a user, however many instances, and only for those who differ is more sent.
 */
const MOVED_ON = `
  with moved_on as (
    select w.user_id from unnest($1::text[], $2::bigint[]) as w(user_id, total)
    where w.total <> (select coalesce(sum(a.version), 0) from agent_instances a where a.user_id = w.user_id))
  select a.user_id, a.id, a.version from moved_on join agent_instances a on a.user_id = moved_on.user_id`;

/** Of the given users, the instances of those whose versions have another sum than the one given. */
export async function progressOfUsers(
  database: Database,
  watched: readonly { readonly userId: UserId; readonly total: number }[],
): Promise<Signal[]> {
  const users = watched.map(({ userId }) => userId);
  const rows = await database.query<{ user_id: UserId; id: AgentInstanceId; version: number }>(
    users,
    MOVED_ON,
    [users, watched.map(({ total }) => total)],
  );
  return rows.map(({ user_id, id, version }) => ({ userId: user_id, agentInstanceId: id, version }));
}
