import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { WaitedInstance } from '../../../../ports/storage/shared-waits.ts';
import type { Database } from '../../database/database.ts';

const WAITS_ELSEWHERE = `
  select distinct w.user_id, w.agent_instance_id
  from open_waits w join waiting_processes p on p.id = w.process_id
  where w.user_id = any ($1::text[]) and w.process_id <> $2::uuid and p.alive_until > now()`;

/**
 * Returns the instances of these users that agents wait on in other processes. Each process records its waits
 * at an interval, so the result may be a few seconds old.
 */
export async function readWaitsElsewhere(
  database: Database,
  users: readonly UserId[],
): Promise<WaitedInstance[]> {
  const rows = await database.query<{ user_id: UserId; agent_instance_id: AgentInstanceId }>(
    users,
    WAITS_ELSEWHERE,
    [users, database.processId],
  );
  return rows.map(({ user_id, agent_instance_id }) => ({
    userId: user_id,
    agentInstanceId: agent_instance_id,
  }));
}
