import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { ConversationPage } from '../../../ports/dashboard-queries.ts';
import type { Database } from '../database.ts';
import {
  INSTANCE_COLUMNS,
  type InstanceColumns,
  instanceOf,
  MESSAGE_JSON,
  type MessageJson,
  messageOf,
} from './rows.ts';

/** Positions have no gaps, so a page is a range of them: nothing before it is read. */
const READ_CONVERSATION = `
  select ${INSTANCE_COLUMNS},
    (select json_agg(${MESSAGE_JSON} order by m.position) from messages m
     where m.user_id = a.user_id and m.agent_instance_id = a.id
       and m.position < least($3, a.last_position + 1)
       and m.position >= least($3, a.last_position + 1) - $4) as messages
  from agent_instances a
  join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  where a.user_id = $1 and a.id = $2 and a.status <> 'DELETED'`;

const BEYOND = 2_147_483_647;

/** One page of a conversation, with the instance as it was in the same moment. */
export async function readConversation(
  database: Database,
  userId: UserId,
  agentInstanceId: AgentInstanceId,
  { limit, before }: { limit: number; before: number | null },
): Promise<ConversationPage | null> {
  const [row] = await database.query<InstanceColumns & { messages: readonly MessageJson[] | null }>(
    [userId],
    READ_CONVERSATION,
    [userId, agentInstanceId, before ?? BEYOND, limit],
  );
  const instance = row === undefined ? null : instanceOf(row, agentInstanceId);
  if (row === undefined || instance === null) return null;
  const messages = (row.messages ?? []).map((json) => messageOf(json, agentInstanceId));
  const from = messages[0]?.position ?? Math.min(before ?? BEYOND, instance.lastPosition + 1);
  return { instance, messages, hasEarlier: from > 1 };
}
