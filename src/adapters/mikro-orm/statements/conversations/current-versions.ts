import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Signal } from '../../../../ports/signals/signals.ts';
import type { Database } from '../../database/database.ts';

const CURRENT_VERSIONS = `
  select a.user_id, a.id, a.version
  from unnest($1::text[], $2::uuid[], $3::int[]) as w(user_id, id, version)
  join agent_instances a on a.user_id = w.user_id and a.id = w.id and a.version > w.version`;

/** Returns those of the watched instances that have a newer version, with that version. One round trip. */
export async function currentVersions(database: Database, watched: readonly Signal[]): Promise<Signal[]> {
  const users = watched.map(({ userId }) => userId);
  const rows = await database.query<{ user_id: UserId; id: AgentInstanceId; version: number }>(
    users,
    CURRENT_VERSIONS,
    [users, watched.map(({ agentInstanceId }) => agentInstanceId), watched.map(({ version }) => version)],
  );
  return rows.map(({ user_id, id, version }) => ({ userId: user_id, agentInstanceId: id, version }));
}
