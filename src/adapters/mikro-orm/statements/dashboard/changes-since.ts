import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type {
  ChangesRequest,
  ChangesSince,
  InstanceProgress,
} from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';
import { MESSAGE_JSON, type MessageJson, messageOf } from '../rows.ts';
import { messagePageSql } from './message-page.ts';
import { type OverviewColumns, overviewColumns, overviewOf } from './overview.ts';

const messagesWhere = (condition: string): string => `
  select m.* from messages m
  where m.user_id = a.user_id and m.agent_instance_id = a.id and ${condition}`;

/**
 * Each kind of change has its own index. New messages are found by position, handed over messages by the
 * version of the hand-off, and questions by the version in which they changed.
 */
const CHANGES_SINCE = `
  select ${overviewColumns('$6', '$7')},
    a.git_diff_version > $3::int as "gitDiffChanged",
    case when a.git_diff_version > $3::int then a.git_diff end as "gitDiff",
    ${messagePageSql(
      `messages m where m.user_id = a.user_id and m.agent_instance_id = a.id
         and m.position > $4::int and m.position <= $4::int + $5::int`,
      'm.position',
    )} as posted,
    (select json_agg(${MESSAGE_JSON} order by m.position) from (
      ${messagesWhere("m.sender_type = 'USER' and m.read_version > $3::int and m.position <= $4::int")}
      union all
      ${messagesWhere('m.question_version > $3::int and m.position <= $4::int')}) m) as amended,
    case when $8::boolean then (select json_agg(${MESSAGE_JSON} order by m.position)
     from (${messagesWhere("m.question_status = 'open'")}) m) end as "openQuestions"
  from agent_instances a
  join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  where a.user_id = $1 and a.id = $2`;

type Row = OverviewColumns & {
  readonly gitDiffChanged: boolean;
  readonly gitDiff: string | null;
  readonly posted: readonly MessageJson[] | null;
  readonly amended: readonly MessageJson[] | null;
  readonly openQuestions: readonly MessageJson[] | null;
};

/** Reads the changes of an instance since `version`, when its newest message was at `position`. */
export async function changesSince(
  database: Database,
  userId: UserId,
  agentInstanceId: AgentInstanceId,
  { version, position }: InstanceProgress,
  { limit, withOpenQuestions = false, waitingHere }: ChangesRequest,
): Promise<ChangesSince | null> {
  const [row] = await database.query<Row>([userId], CHANGES_SINCE, [
    userId,
    agentInstanceId,
    version,
    position,
    limit,
    [...waitingHere],
    database.processId,
    withOpenQuestions,
  ]);
  const overview = row === undefined ? null : overviewOf(row);
  if (row === undefined || overview === null) return null;
  const messagesOf = (list: readonly MessageJson[] | null) =>
    (list ?? []).map((json) => messageOf(json, agentInstanceId));
  return {
    ...overview,
    posted: messagesOf(row.posted),
    amended: messagesOf(row.amended),
    openQuestions: messagesOf(row.openQuestions),
    gitDiff: row.gitDiffChanged ? row.gitDiff : undefined,
  };
}
