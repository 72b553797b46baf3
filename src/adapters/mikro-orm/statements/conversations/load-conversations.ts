import type { AgentInstance } from '../../../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../../../domain/conversation/agent-type.ts';
import type { Message } from '../../../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../../../domain/idempotency.ts';
import type { AgentTypeId } from '../../../../domain/ids.ts';
import type { UpdateTarget } from '../../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../../database/database.ts';
import { prepared } from '../../database/prepared-statements.ts';
import {
  INSTANCE_COLUMNS,
  type InstanceColumns,
  instanceOf,
  MESSAGE_JSON,
  type MessageJson,
  messageOf,
} from '../rows.ts';

const messagesWhere = (condition: string) =>
  `(select json_agg(${MESSAGE_JSON}) from messages m where m.user_id = t.user_id and ${condition})`;

/**
 * One row for each target. Everything but the instance's own row is read only where it is asked for: CASE
 * keeps PostgreSQL from even looking. Queue, open questions and hand-offs have indexes of their own.
 */
const LOAD_CONVERSATIONS = prepared(
  'load_conversations',
  `select
    ${INSTANCE_COLUMNS},
    case when a.id is not null then
      ${messagesWhere(`m.agent_instance_id = t.id and m.question_status = 'open'`)} end as open_questions,
    case when a.id is not null and t.queue then
      ${messagesWhere(`m.agent_instance_id = t.id and m.sender_type = 'USER' and m.read_at is null`)}
      end as queue,
    case when a.id is not null and t.open_question_feedback then
      ${messagesWhere(`m.agent_instance_id = t.id and m.sender_type = 'USER' and m.read_version in
        (select q.read_version from messages q
         where q.user_id = t.user_id and q.agent_instance_id = t.id and q.question_status = 'open')`)}
      end as open_question_feedback,
    case when t.question is not null then
      (select json_agg(${MESSAGE_JSON}) from messages q cross join lateral (
         select a.* from messages a where a.user_id = q.user_id and a.id in (q.id, q.answer_id)
         union all
         select c.* from messages c where c.user_id = q.user_id and c.agent_instance_id = q.agent_instance_id
           and c.sender_type = 'USER' and c.read_version = q.read_version) m
       where q.user_id = t.user_id and q.id = t.question and q.agent_instance_id = t.id) end as question,
    case when t.message_ids is not null then
      ${messagesWhere('m.agent_instance_id = t.id and m.id = any (t.message_ids::uuid[])')} end as named,
    case when t.read_since is not null and a.last_read_message_id is distinct from t.read_since then
      ${messagesWhere(`m.agent_instance_id = t.id and m.sender_type = 'USER' and m.read_version >=
        (select s.read_version from messages s
         where s.user_id = t.user_id and s.id = t.read_since and s.agent_instance_id = t.id)`)}
      end as handed_over,
    case when a.id is null and t.agent_type_name is not null then
      (select y.id from agent_types y where y.user_id = t.user_id and y.name = t.agent_type_name)
      end as named_type_id,
    case when t.idempotency_key is not null then
      (select json_build_object('fingerprint', r.fingerprint, 'answer', r.answer, 'recordedAt', r.recorded_at)
       from idempotency_records r where r.user_id = t.user_id and r.key = t.idempotency_key) end as record
  from unnest($1::text[], $2::uuid[], $3::boolean[], $4::boolean[], $5::uuid[], $6::text[], $7::uuid[],
      $8::text[], $9::text[])
    with ordinality as t(user_id, id, queue, open_question_feedback, question, message_ids, read_since, agent_type_name, idempotency_key, nth)
  left join agent_instances a on a.user_id = t.user_id and a.id = t.id
  left join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  order by t.nth`,
);

interface Row extends InstanceColumns {
  readonly open_questions: readonly MessageJson[] | null;
  readonly queue: readonly MessageJson[] | null;
  readonly open_question_feedback: readonly MessageJson[] | null;
  readonly question: readonly MessageJson[] | null;
  readonly named: readonly MessageJson[] | null;
  readonly handed_over: readonly MessageJson[] | null;
  readonly named_type_id: AgentTypeId | null;
  readonly record: { fingerprint: string; answer: string; recordedAt: string } | null;
}

/** What is stored of what one update asks for. */
export interface Loaded {
  readonly instance: AgentInstance | null;
  readonly agentType: AgentType | null;
  readonly messages: readonly Message[];
  readonly record: IdempotencyRecord | null;
  /** Not loaded at all, but as this process remembers it: good for writing only. */
  readonly remembered: boolean;
}

/** Loads for all targets in one round trip; the answers stand in the targets' order. */
export async function loadConversations(
  database: Database,
  targets: readonly UpdateTarget[],
): Promise<readonly Loaded[]> {
  const users = targets.map(({ userId }) => userId);
  const rows = await database.query<Row>(users, LOAD_CONVERSATIONS, [
    users,
    targets.map(({ agentInstanceId }) => agentInstanceId),
    targets.map(({ queue }) => queue === true),
    targets.map(({ openQuestionFeedback: questionCompany }) => questionCompany === true),
    targets.map(({ question }) => question ?? null),
    targets.map(messageIds),
    targets.map(({ readSince }) => readSince ?? null),
    targets.map(({ agentTypeName }) => agentTypeName ?? null),
    targets.map(({ idempotencyKey }) => idempotencyKey ?? null),
  ]);
  return rows.map((row, at) => loaded(row, targets[at]!));
}

/** As the text of a PostgreSQL array, which arrays of arrays of different lengths cannot be. */
function messageIds({ message, readSince }: UpdateTarget): string | null {
  const ids = [message, readSince].filter((id) => id != null);
  return ids.length === 0 ? null : `{${ids.join(',')}}`;
}

function loaded(row: Row, { agentInstanceId, agentTypeName }: UpdateTarget): Loaded {
  const lists = [
    row.open_questions,
    row.queue,
    row.open_question_feedback,
    row.question,
    row.named,
    row.handed_over,
  ];
  const messages = lists.flatMap((list) => list ?? []).map((json) => messageOf(json, agentInstanceId));
  const { named_type_id: typeId, record } = row;
  return {
    instance: instanceOf(row, agentInstanceId),
    agentType: typeId === null || agentTypeName == null ? null : { id: typeId, name: agentTypeName },
    messages,
    record: record === null ? null : { ...record, recordedAt: new Date(record.recordedAt) },
    remembered: false,
  };
}
