import type { AgentInstanceId, MessageId, UserId } from '../../../../domain/ids.ts';
import type { QuestionDeadline } from '../../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { toDate } from '../rows.ts';

/** Reads from an index that has nothing but the deadlines of open questions. */
const NEXT_DEADLINES = `
  select user_id, agent_instance_id, id, date_part('epoch', expires_at) as expires_at from messages
  where question_status = 'open' and expires_at is not null
  order by messages.expires_at limit $1`;

interface Row {
  readonly user_id: UserId;
  readonly agent_instance_id: AgentInstanceId;
  readonly id: MessageId;
  readonly expires_at: number;
}

/** Returns the earliest deadlines of open questions of all users, at most `limit` of them. */
export async function nextDeadlines(database: Database, limit: number): Promise<QuestionDeadline[]> {
  const rows = await database.query<Row>(MAINTENANCE, NEXT_DEADLINES, [limit]);
  return rows.map((row) => ({
    userId: row.user_id,
    agentInstanceId: row.agent_instance_id,
    questionId: row.id,
    expiresAt: toDate(row.expires_at),
  }));
}
