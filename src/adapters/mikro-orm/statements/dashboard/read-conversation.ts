import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { ConversationPage, ConversationRequest } from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';
import { type MessageJson, messageOf } from '../rows.ts';
import { messagePageSql } from './message-page.ts';
import { type OverviewColumns, overviewColumns, overviewOf } from './overview.ts';

/** Positions have no gaps, so a page is in a range of positions, and only its messages are looked at. */
const READ_CONVERSATION = `
  select ${overviewColumns('$3', '$4')}, b.end_position as "endPosition",
    case when $8::boolean then a.git_diff end as "gitDiff",
    ${messagePageSql(
      `messages m where m.user_id = a.user_id and m.agent_instance_id = a.id
         and m.position < b.end_position and m.position >= b.end_position - $5::int`,
      'm.position desc',
    )} as messages
  from agent_instances a
  join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  cross join lateral (select case
    when $7::uuid is null then least($6::int, a.last_position + 1)
    else (select n.position from messages n
          where n.user_id = a.user_id and n.id = $7 and n.agent_instance_id = a.id) end as end_position) b
  where a.user_id = $1 and a.id = $2`;

/** The largest `int`: a position after every message. */
const AFTER_ALL = 2_147_483_647;

type Row = OverviewColumns & {
  /** The position after the page; null: there is no message with the id. */
  readonly endPosition: number | null;
  readonly gitDiff: string | null;
  readonly messages: readonly MessageJson[] | null;
};

/** Reads one page of a conversation, and the instance as it was at the same moment. */
export async function readConversation(
  database: Database,
  userId: UserId,
  agentInstanceId: AgentInstanceId,
  { limit, before, withGitDiff = false, waitingHere }: ConversationRequest,
): Promise<ConversationPage | null> {
  const [row] = await database.query<Row>([userId], READ_CONVERSATION, [
    userId,
    agentInstanceId,
    [...waitingHere],
    database.processId,
    limit,
    typeof before === 'number' ? before : AFTER_ALL,
    typeof before === 'string' ? before : null,
    withGitDiff,
  ]);
  const overview = row === undefined ? null : overviewOf(row);
  if (row === undefined || overview === null) return null;
  const { endPosition: end, gitDiff } = row;
  if (end === null) return { ...overview, messages: null, hasEarlier: false, gitDiff };
  const messages = (row.messages ?? []).map((json) => messageOf(json, agentInstanceId));
  return { ...overview, messages, hasEarlier: (messages[0]?.position ?? end) > 1, gitDiff };
}
