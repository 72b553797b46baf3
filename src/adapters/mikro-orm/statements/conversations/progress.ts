import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Signal } from '../../../../ports/signals/signals.ts';
import type { InstanceProgress } from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';

const PROGRESS = 'select a.id, a.version, a.last_position from agent_instances a where a.user_id = $1';

/**
 * Reads version and last position of all instances of a user. A row has about 30 bytes, so thousands take
 * only milliseconds.
 */
export async function readProgress(
  database: Database,
  userId: UserId,
): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>> {
  const rows = await database.query<{ id: AgentInstanceId; version: number; last_position: number }>(
    [userId],
    PROGRESS,
    [userId],
  );
  return new Map(rows.map(({ id, version, last_position: position }) => [id, { version, position }]));
}

/**
 * Compares the sum of the versions of a user's instances with the sum that the caller knows. Versions only
 * grow, so if the sums are equal, nothing has changed. If they differ, all instances of the user are
 * returned. There is no index on the version: every message changes it, and PostgreSQL updates a row in place
 * (HOT) only if no index covers a changed column.
 */
const CHANGED_SINCE_TOTAL = `
  with changed as (
    select w.user_id from unnest($1::text[], $2::bigint[]) as w(user_id, total)
    where w.total <> (select coalesce(sum(a.version), 0) from agent_instances a where a.user_id = w.user_id))
  select a.user_id, a.id, a.version from changed join agent_instances a on a.user_id = changed.user_id`;

/** Returns the versions of all instances of each user whose sum of versions is not `total`. */
export async function versionsOfUsers(
  database: Database,
  watched: readonly { readonly userId: UserId; readonly total: number }[],
): Promise<Signal[]> {
  const users = watched.map(({ userId }) => userId);
  const rows = await database.query<{ user_id: UserId; id: AgentInstanceId; version: number }>(
    users,
    CHANGED_SINCE_TOTAL,
    [users, watched.map(({ total }) => total)],
  );
  return rows.map(({ user_id, id, version }) => ({ userId: user_id, agentInstanceId: id, version }));
}
