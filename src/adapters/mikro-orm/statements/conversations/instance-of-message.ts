import type { AgentInstanceId, MessageId, UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';

const MESSAGE_INSTANCE = 'select agent_instance_id as id from messages where user_id = $1 and id = $2';

/** Returns the instance that a message of this user belongs to, or null. */
export async function instanceOfMessage(
  database: Database,
  userId: UserId,
  messageId: MessageId,
): Promise<AgentInstanceId | null> {
  const rows = await database.query<{ id: AgentInstanceId }>([userId], MESSAGE_INSTANCE, [userId, messageId]);
  return rows[0]?.id ?? null;
}
