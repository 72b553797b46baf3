import type { Changes } from '../../../../domain/conversation/conversation.ts';
import type { IdempotencyRecord } from '../../../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';
import { saveStatement } from './save-statement.ts';

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
  const types = sorted.filter(({ baseVersion }) => baseVersion === 0).map(agentTypeJson);
  const amended = sorted.flatMap(amendedJson);
  const recorded = records.map((record) => {
    const { userId, dependsOn } = record;
    return recordJson(record, dependsOn === null ? null : places.get(placeKey(userId, dependsOn))!);
  });
  const shape = { creates: types.length > 0, amends: amended.length > 0, records: recorded.length > 0 };
  const saved = await database.query<{ nth: number }>(users, saveStatement(shape), [
    JSON.stringify(sorted.map(instanceJson)),
    ...(shape.creates ? [JSON.stringify(types)] : []),
    JSON.stringify(sorted.flatMap(postedJson)),
    ...(shape.amends ? [JSON.stringify(amended)] : []),
    ...(shape.records ? [JSON.stringify(recorded)] : []),
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
