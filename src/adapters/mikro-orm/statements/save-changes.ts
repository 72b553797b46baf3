import type { Changes } from '../../../domain/conversation.ts';
import type { IdempotencyRecord } from '../../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { Database } from '../database.ts';
import { prepared } from '../named-statements.ts';

/**
 * Saves a whole batch in one statement, so in one transaction and one round trip. An instance is written
 * only if it still has the version it was decided from (0: does not exist yet), and nothing of it unless
 * it is; its neighbours in the batch are saved all the same. `saved` says which ones were. A new instance
 * whose new agent type someone else has just made under another id is refused in the same way.
 *
 * The time of the start tells an instance from one of the same id that was removed before: versions begin anew.
 *
 * The input is sorted by key and joined by nested loops, so that concurrent batches lock rows in the same
 * order; what hangs on an instance refers to it by its place in the input, and "(… in …) is true" keeps
 * PostgreSQL from comparing every message with every instance (it hashes them instead). NOTIFY takes a global lock at commit: once for the batch, and seen exactly when the change is.
 */
const SAVE_CHANGES = prepared(
  'save_changes',
  `with input as materialized (
    select * from json_to_recordset($1::json) as i(
      nth int, user_id text, id uuid, base_version int, agent_type_id uuid, name text, status text,
      started_at timestamptz, ended_at timestamptz, metadata jsonb, last_position int, step_count int,
      last_read_message_id uuid, last_heartbeat_at timestamptz, last_activity_at timestamptz,
      deleted_at timestamptz, status_before_deletion text, version int, set_git_diff boolean, git_diff text)
  ), new_types as (
    insert into agent_types (user_id, id, name, created_at)
    select * from json_to_recordset($2::json) as y(user_id text, id uuid, name text, created_at timestamptz)
    on conflict do nothing
    returning user_id, id
  ), updated as (
    update agent_instances a set
      name = i.name, status = i.status, ended_at = i.ended_at, last_position = i.last_position, step_count = i.step_count,
      last_read_message_id = i.last_read_message_id, last_heartbeat_at = i.last_heartbeat_at,
      last_activity_at = i.last_activity_at, deleted_at = i.deleted_at,
      status_before_deletion = i.status_before_deletion, version = i.version,
      git_diff = case when i.set_git_diff then i.git_diff else a.git_diff end,
      git_diff_version = case when i.set_git_diff then i.version else a.git_diff_version end
    from input i
    where a.user_id = i.user_id and a.id = i.id and a.version = i.base_version and a.started_at = i.started_at
    returning i.nth
  ), created as (
    insert into agent_instances (
      user_id, id, agent_type_id, name, status, started_at, ended_at, metadata, last_position, step_count,
      last_read_message_id, last_heartbeat_at, last_activity_at, version, git_diff, git_diff_version)
    select
      user_id, id, agent_type_id, name, status, started_at, ended_at, metadata, last_position, step_count,
      last_read_message_id, last_heartbeat_at, last_activity_at, version, git_diff, case when set_git_diff then version else 0 end
    from input i
    where base_version = 0
      and coalesce(
        (select true from agent_types y where y.user_id = i.user_id and y.id = i.agent_type_id limit 1),
        (select true from new_types y where y.user_id = i.user_id and y.id = i.agent_type_id limit 1))
    on conflict (user_id, id) do nothing
    returning user_id, id
  ), saved as (
    select nth from updated
    union all
    select i.nth from created c join input i on i.user_id = c.user_id and i.id = c.id
  ), posted as (
    insert into messages (
      user_id, id, agent_instance_id, position, sender_type, content, created_at, metadata,
      requires_user_input, read_at, read_version, question_status, answer_id, question_version)
    select
      m.user_id, m.id, m.agent_instance_id, m.position, m.sender_type, m.content, m.created_at, m.metadata,
      m.requires_user_input, m.read_at, m.read_version, m.question_status, m.answer_id, m.question_version
    from json_to_recordset($3::json) as m(
      instance int, user_id text, id uuid, agent_instance_id uuid, position int, sender_type text, content text,
      created_at timestamptz, metadata jsonb, requires_user_input boolean, read_at timestamptz,
      read_version int, question_status text, answer_id uuid, question_version int)
    where (m.instance in (select nth from saved)) is true
  ), amended as (
    update messages m set
      requires_user_input = c.requires_user_input, read_at = c.read_at, read_version = c.read_version,
      question_status = c.question_status, answer_id = c.answer_id,
      question_version = c.question_version
    from json_to_recordset($4::json) as c(
      instance int, user_id text, id uuid, requires_user_input boolean, read_at timestamptz,
      read_version int, question_status text, answer_id uuid, question_version int)
    where m.user_id = c.user_id and m.id = c.id and (c.instance in (select nth from saved)) is true
  ), recorded as (
    insert into idempotency_records (user_id, key, fingerprint, answer, recorded_at)
    select r.user_id, r.key, r.fingerprint, r.answer, r.recorded_at
    from json_to_recordset($5::json) as r(
      instance int, user_id text, key text, fingerprint text, answer text, recorded_at timestamptz)
    where r.instance is null or r.instance in (select nth from saved)
  )
  select nth, (select count(pg_notify($6, payload)) from unnest($7::text[]) as payload) as signals
  from saved`,
);

/** What is to be written of one instance, decided from version `baseVersion`. */
export interface InstanceChanges {
  readonly userId: UserId;
  readonly baseVersion: number;
  readonly changes: Changes;
}

export interface RecordToSave {
  readonly userId: UserId;
  readonly key: string;
  readonly record: IdempotencyRecord;
  /** Written only if this instance is; null: in any case. */
  readonly dependsOn: AgentInstanceId | null;
}

export interface Notification {
  readonly channel: string;
  readonly payloads: readonly string[];
}

/** @returns those of `instances` that were written; the others someone else has changed meanwhile. */
export async function saveChanges(
  database: Database,
  instances: readonly InstanceChanges[],
  records: readonly RecordToSave[],
  { channel, payloads }: Notification,
): Promise<readonly InstanceChanges[]> {
  const sorted = instances.toSorted(byKey);
  const places = new Map(
    sorted.map(({ userId, changes }, nth) => [placeKey(userId, changes.instance.id), nth]),
  );
  const users = [...sorted, ...records].map(({ userId }) => userId);
  const saved = await database.query<{ nth: number }>(users, SAVE_CHANGES, [
    JSON.stringify(sorted.map(instanceJson)),
    JSON.stringify(sorted.filter(({ baseVersion }) => baseVersion === 0).map(agentTypeJson)),
    JSON.stringify(sorted.flatMap(postedJson)),
    JSON.stringify(sorted.flatMap(amendedJson)),
    JSON.stringify(
      records.map((record) => {
        const { userId, dependsOn } = record;
        return recordJson(record, dependsOn === null ? null : places.get(placeKey(userId, dependsOn))!);
      }),
    ),
    channel,
    payloads,
  ]);
  return saved.map(({ nth }) => sorted[nth]!);
}

const placeKey = (userId: UserId, id: AgentInstanceId): string => `${id}${userId}`;

function byKey(a: InstanceChanges, b: InstanceChanges): number {
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1;
  return a.changes.instance.id < b.changes.instance.id ? -1 : 1;
}

const instanceJson = (
  { userId, baseVersion, changes: { instance, gitDiff } }: InstanceChanges,
  nth: number,
) => ({
  nth,
  user_id: userId,
  id: instance.id,
  base_version: baseVersion,
  agent_type_id: instance.agentType.id,
  name: instance.name,
  status: instance.status,
  started_at: instance.startedAt,
  ended_at: instance.endedAt,
  metadata: instance.metadata,
  last_position: instance.lastPosition,
  step_count: instance.stepCount,
  last_read_message_id: instance.lastReadMessageId,
  last_heartbeat_at: instance.lastHeartbeatAt,
  last_activity_at: instance.lastActivityAt,
  deleted_at: instance.deletion?.deletedAt ?? null,
  status_before_deletion: instance.deletion?.statusBefore ?? null,
  version: instance.version,
  set_git_diff: gitDiff !== undefined,
  git_diff: gitDiff ?? null,
});

const agentTypeJson = ({ userId, changes: { instance } }: InstanceChanges) => ({
  user_id: userId,
  id: instance.agentType.id,
  name: instance.agentType.name,
  created_at: instance.startedAt,
});

const postedJson = ({ userId, changes: { posted, instance } }: InstanceChanges, nth: number) =>
  posted.map((message) => ({
    instance: nth,
    user_id: userId,
    id: message.id,
    agent_instance_id: message.agentInstanceId,
    position: message.position,
    sender_type: message.senderType,
    content: message.content,
    created_at: message.createdAt,
    metadata: message.metadata,
    requires_user_input: message.requiresUserInput,
    read_at: message.readAt,
    read_version: message.readVersion,
    question_status: message.questionStatus,
    answer_id: message.answerId,
    question_version: message.questionStatus === null ? null : instance.version,
  }));

const amendedJson = ({ userId, changes: { amended, instance } }: InstanceChanges, nth: number) =>
  amended.map((message) => ({
    instance: nth,
    user_id: userId,
    id: message.id,
    requires_user_input: message.requiresUserInput,
    read_at: message.readAt,
    read_version: message.readVersion,
    question_status: message.questionStatus,
    answer_id: message.answerId,
    question_version: message.questionStatus === null ? null : instance.version,
  }));

const recordJson = ({ userId, key, record }: RecordToSave, instance: number | null) => ({
  instance,
  user_id: userId,
  key,
  fingerprint: record.fingerprint,
  answer: record.answer,
  recorded_at: record.recordedAt,
});
