import { createHash } from 'node:crypto';
import type { AgentInstance } from '../../../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../../../domain/conversation/agent-type.ts';
import {
  MAX_HAND_OFF_BYTES,
  MAX_HAND_OFF_MESSAGES,
} from '../../../../domain/conversation/hand-off/hand-off-page.ts';
import type { Message } from '../../../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../../../domain/idempotency.ts';
import type { AgentTypeId } from '../../../../domain/ids.ts';
import type { UpdateTarget } from '../../../../ports/storage/agent-instance-repository.ts';
import type { Database } from '../../database/database.ts';
import { registerStatement } from '../../database/prepared-statements.ts';
import { type AsJson, columnsOf, type ValuesOf } from '../../schema/columns.ts';
import { IdempotencyRecordRow } from '../../schema/entities.ts';
import {
  INSTANCE_COLUMNS,
  type InstanceColumns,
  instanceOf,
  MESSAGE_JSON,
  type MessageJson,
  messageOf,
} from '../rows.ts';
import { countOpenInstances } from './count-open-instances.ts';

const RECORD = columnsOf(IdempotencyRecordRow).except('userId', 'key');

const messagesWhere = (condition: string) =>
  `(select json_agg(${MESSAGE_JSON}) from messages m where m.user_id = t.user_id and ${condition})`;

/**
 * Selects, from `from`, the first messages that fit into one hand-off, and the next one, as `handOffPage`
 * counts them. `octet_length` does not read a long text, only its length. So the texts of the other messages
 * stay on disk.
 */
const firstMessages = (from: string, order: string) =>
  `(select json_agg(${MESSAGE_JSON}) from (
    select m.*, row_number() over hand_off as number,
      sum(octet_length(m.content)) over (hand_off rows between unbounded preceding and 1 preceding) as bytes_before
    from ${from} window hand_off as (order by ${order})) m
   where m.number <= ${MAX_HAND_OFF_MESSAGES + 1}
     and (m.number <= 2 or m.bytes_before <= ${MAX_HAND_OFF_BYTES}))`;

/** Selects the first user messages that were handed over with the message `id` or after it. */
const firstHandedOver = (id: string, condition = 'true') =>
  firstMessages(
    `messages s join messages m on m.user_id = s.user_id and m.agent_instance_id = s.agent_instance_id
       and m.sender_type = 'USER' and m.read_version >= s.read_version
     where s.user_id = t.user_id and s.id = ${id} and s.agent_instance_id = t.id and ${condition}`,
    'm.read_version, m.position',
  );

/**
 * Returns one row for each target. Because of CASE, PostgreSQL reads only the row of the instance, its open
 * questions, and what the target requests. The queue, open questions and hand-offs each have their own index.
 */
const LOAD_CONVERSATIONS = registerStatement(
  'load_conversations',
  `select
    ${INSTANCE_COLUMNS},
    case when a.id is not null then
      ${messagesWhere(`m.agent_instance_id = t.id and m.question_status = 'open'`)} end as "openQuestions",
    case when a.id is not null and t.queue then
      ${firstMessages(
        `messages m where m.user_id = t.user_id and m.agent_instance_id = t.id and m.sender_type = 'USER'
           and m.read_at is null`,
        'm.position',
      )} end as queue,
    case when a.id is not null and t.open_question_hash is not null then
      ${messagesWhere(`m.agent_instance_id = t.id and m.sender_type = 'USER' and m.read_version =
        (select q.read_version from messages q
         where q.user_id = t.user_id and q.agent_instance_id = t.id and q.question_status = 'open'
           and encode(sha256(convert_to(q.content, 'UTF8')), 'hex') = t.open_question_hash
         order by q.position desc limit 1)`)}
      end as "openQuestionFeedback",
    case when t.lease and a.lease_message_id is not null then
      (select json_agg(${MESSAGE_JSON}) from messages q
       join messages m on m.user_id = q.user_id and m.id in (q.id, q.answer_id)
       where q.user_id = t.user_id and q.id = a.lease_message_id and q.agent_instance_id = t.id) end as leased,
    case when t.lease and a.lease_message_id is not null then
      ${firstHandedOver('a.lease_message_id')} end as "sinceLease",
    case when t.question is not null then
      (select json_agg(${MESSAGE_JSON}) from messages q cross join lateral (
         select a.* from messages a where a.user_id = q.user_id and a.id in (q.id, q.answer_id)
         union all
         select c.* from messages c where c.user_id = q.user_id and c.agent_instance_id = q.agent_instance_id
           and c.sender_type = 'USER' and c.read_version = q.read_version) m
       where q.user_id = t.user_id and q.id = t.question and q.agent_instance_id = t.id) end as question,
    case when t.message_ids is not null then
      ${messagesWhere('m.agent_instance_id = t.id and m.id = any (t.message_ids::uuid[])')} end as "requestedMessages",
    case when t.read_since is not null and a.last_read_message_id is distinct from t.read_since then
      ${firstHandedOver('t.read_since', '(m.read_version, m.position) > (s.read_version, s.position)')}
      end as "handedOver",
    case when a.id is null and t.agent_type_name is not null then
      (select y.id from agent_types y where y.user_id = t.user_id and y.name = t.agent_type_name)
      end as "requestedTypeId",
    case when a.id is null and t.agent_type_name is not null and not exists
        (select from agent_types y where y.user_id = t.user_id and y.name = t.agent_type_name) then
      (select count(*)::int from agent_types y where y.user_id = t.user_id) end as "agentTypeCount",
    case when t.idempotency_key is not null then
      (select ${RECORD.jsonFrom('r')}
       from idempotency_records r where r.user_id = t.user_id and r.key = t.idempotency_key) end as record
  from unnest($1::text[], $2::uuid[], $3::boolean[], $4::text[], $5::boolean[], $6::uuid[], $7::text[],
      $8::uuid[], $9::text[], $10::text[])
    with ordinality as t(user_id, id, queue, open_question_hash, lease, question, message_ids, read_since, agent_type_name, idempotency_key, nth)
  left join agent_instances a on a.user_id = t.user_id and a.id = t.id
  left join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  order by t.nth`,
);

interface Row extends InstanceColumns {
  readonly openQuestions: readonly MessageJson[] | null;
  readonly queue: readonly MessageJson[] | null;
  readonly openQuestionFeedback: readonly MessageJson[] | null;
  readonly leased: readonly MessageJson[] | null;
  readonly sinceLease: readonly MessageJson[] | null;
  readonly question: readonly MessageJson[] | null;
  readonly requestedMessages: readonly MessageJson[] | null;
  readonly handedOver: readonly MessageJson[] | null;
  readonly requestedTypeId: AgentTypeId | null;
  readonly agentTypeCount: number | null;
  readonly record: AsJson<ValuesOf<typeof RECORD>> | null;
}

/** What the store has loaded for one update. */
export interface LoadedConversation {
  readonly instance: AgentInstance | null;
  readonly agentType: AgentType | null;
  readonly agentTypeCount: number;
  readonly openInstanceCount: number;
  readonly messages: readonly Message[];
  readonly record: IdempotencyRecord | null;
  /**
   * Whether the instance comes from the cache, which may be behind the database. A decision from such an
   * instance counts only after its changes are saved, because only the save checks the version. A decision
   * without changes is made again from the database.
   */
  readonly isCached: boolean;
}

/**
 * Loads all targets in one round trip, or in two if some of them have no instance yet. The results are in the
 * order of the targets. What several targets of one instance ask for in common, the queue and the lease, only
 * the first of them gets: it may be megabytes.
 */
export async function loadConversations(
  database: Database,
  targets: readonly UpdateTarget[],
): Promise<readonly LoadedConversation[]> {
  const users = targets.map(({ userId }) => userId);
  const rows = await database.queryInBatch<Row>(users, LOAD_CONVERSATIONS, [
    users,
    targets.map(({ agentInstanceId }) => agentInstanceId),
    firstOfEachInstance(targets, ({ withQueuedMessages }) => withQueuedMessages === true),
    targets.map(({ openQuestionText: text }) => (text == null ? null : hashOf(text))),
    firstOfEachInstance(targets, ({ withLease }) => withLease === true),
    targets.map(({ questionId }) => questionId ?? null),
    targets.map(messageIds),
    targets.map(({ readAfterMessageId }) => readAfterMessageId ?? null),
    targets.map(({ agentTypeName }) => agentTypeName ?? null),
    targets.map(({ idempotencyKey }) => idempotencyKey ?? null),
  ]);
  const mayStart = rows.map((row, nth) => row.version === null && targets[nth]!.agentTypeName != null);
  const counts = await countOpenInstances(
    database,
    users.filter((_, nth) => mayStart[nth]),
  );
  return rows.map((row, nth) =>
    loadedOf(row, targets[nth]!, mayStart[nth]! ? (counts.get(users[nth]!) ?? 0) : 0),
  );
}

/** The text of a question may be megabytes, so its hash is sent to find it. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Returns, for each target, whether it is the first of its instance that asks for something. */
function firstOfEachInstance(
  targets: readonly UpdateTarget[],
  asks: (target: UpdateTarget) => boolean,
): boolean[] {
  const found = new Set<string>();
  return targets.map((target) => {
    const key = `${target.agentInstanceId}${target.userId}`;
    const isFirst = asks(target) && !found.has(key);
    if (isFirst) found.add(key);
    return isFirst;
  });
}

/**
 * Returns the ids as the text of a PostgreSQL array. An array of arrays cannot be used, because all its
 * arrays would need the same length.
 */
function messageIds({ messageId, readAfterMessageId }: UpdateTarget): string | null {
  const ids = [messageId, readAfterMessageId].filter((id) => id != null);
  return ids.length === 0 ? null : `{${ids.join(',')}}`;
}

function loadedOf(
  row: Row,
  { agentInstanceId, agentTypeName }: UpdateTarget,
  openInstanceCount: number,
): LoadedConversation {
  const lists = [
    row.openQuestions,
    row.queue,
    row.openQuestionFeedback,
    row.leased,
    row.sinceLease,
    row.question,
    row.requestedMessages,
    row.handedOver,
  ];
  const messages = lists.flatMap((list) => list ?? []).map((json) => messageOf(json, agentInstanceId));
  const { requestedTypeId: typeId, record } = row;
  return {
    instance: instanceOf(row, agentInstanceId),
    agentType: typeId === null || agentTypeName == null ? null : { id: typeId, name: agentTypeName },
    agentTypeCount: row.agentTypeCount ?? 0,
    openInstanceCount,
    messages,
    record: record === null ? null : { ...record, recordedAt: new Date(record.recordedAt) },
    isCached: false,
  };
}
