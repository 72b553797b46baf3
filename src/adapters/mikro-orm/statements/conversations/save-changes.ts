import type { Changes } from '../../../../domain/conversation/conversation.ts';
import type { Message } from '../../../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';
import {
  type AgentTypeInput,
  type AmendedInput,
  type InstanceInput,
  type PostedInput,
  type RecordInput,
  saveStatement,
} from './save-statement.ts';

/** The changes of one instance, decided from version `baseVersion`. */
export interface InstanceChanges {
  readonly userId: UserId;
  readonly baseVersion: number;
  readonly changes: Changes;
}

/** An idempotency record that is saved with a batch. */
export interface RecordToSave {
  readonly userId: UserId;
  readonly key: string;
  readonly record: IdempotencyRecord;
  /** The record is written only if this instance is written; null: it is always written. */
  readonly savedWithInstanceId: AgentInstanceId | null;
}

/** The notification that other processes get when the batch is saved. */
export interface Notification {
  readonly channel: string;
  readonly payloads: readonly string[];
}

/** Saves a batch. Returns the instances that were written; another process has just changed the others. */
export async function saveChanges(
  database: Database,
  instances: readonly InstanceChanges[],
  records: readonly RecordToSave[],
  { channel, payloads }: Notification,
): Promise<readonly InstanceChanges[]> {
  const sorted = instances.toSorted(compareKeys);
  const indexes = new Map(
    sorted.map(({ userId, changes }, nth) => [keyOf(userId, changes.instance.id), nth]),
  );
  const users = [...sorted, ...records].map(({ userId }) => userId);
  const newTypes = sorted.filter(({ baseVersion }) => baseVersion === 0).map(agentTypeInput);
  const amended = sorted.flatMap(amendedInputs);
  const recordInputs = records.map((record) => {
    const { userId, savedWithInstanceId } = record;
    return recordInput(
      record,
      savedWithInstanceId === null ? null : indexes.get(keyOf(userId, savedWithInstanceId))!,
    );
  });
  const shape = {
    hasNewInstances: newTypes.length > 0,
    hasAmendedMessages: amended.length > 0,
    hasRecords: recordInputs.length > 0,
  };
  const saved = await database.queryInBatch<{ nth: number }>(users, saveStatement(shape), [
    JSON.stringify(sorted.map(instanceInput)),
    ...(shape.hasNewInstances ? [JSON.stringify(newTypes)] : []),
    JSON.stringify(sorted.flatMap(postedInputs)),
    ...(shape.hasAmendedMessages ? [JSON.stringify(amended)] : []),
    ...(shape.hasRecords ? [JSON.stringify(recordInputs)] : []),
    channel,
    payloads,
  ]);
  return saved.map(({ nth }) => sorted[nth]!);
}

const keyOf = (userId: UserId, id: AgentInstanceId): string => `${id}${userId}`;

/** Sorts by user and instance, so that concurrent batches lock rows in the same order. */
function compareKeys(a: InstanceChanges, b: InstanceChanges): number {
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1;
  return a.changes.instance.id < b.changes.instance.id ? -1 : 1;
}

/** Times become ISO texts in `JSON.stringify`. */
const instanceInput = (
  { userId, baseVersion, changes: { instance, gitDiff } }: InstanceChanges,
  nth: number,
): InstanceInput => ({
  nth,
  baseVersion,
  setsGitDiff: gitDiff !== undefined,
  userId,
  id: instance.id,
  agentTypeId: instance.agentType.id,
  name: instance.name,
  status: instance.status,
  startedAt: instance.startedAt,
  endedAt: instance.endedAt,
  metadata: instance.metadata,
  lastPosition: instance.lastPosition,
  stepCount: instance.stepCount,
  lastReadMessageId: instance.lastReadMessageId,
  leaseMessageId: instance.lease?.messageId ?? null,
  leaseDeliveries: instance.lease?.deliveries ?? null,
  lastHeartbeatAt: instance.lastHeartbeatAt,
  lastActivityAt: instance.lastActivityAt,
  version: instance.version,
  gitDiff: gitDiff ?? null,
  deletedAt: instance.deletion?.deletedAt ?? null,
  statusBeforeDeletion: instance.deletion?.statusBefore ?? null,
});

const agentTypeInput = ({ userId, changes: { instance } }: InstanceChanges): AgentTypeInput => ({
  userId,
  id: instance.agentType.id,
  name: instance.agentType.name,
  createdAt: instance.startedAt,
});

const postedInputs = ({ userId, changes: { posted, instance } }: InstanceChanges, nth: number) =>
  posted.map(
    (message): PostedInput => ({
      instance: nth,
      userId,
      id: message.id,
      agentInstanceId: message.agentInstanceId,
      position: message.position,
      senderType: message.senderType,
      content: message.content,
      createdAt: message.createdAt,
      metadata: message.metadata,
      ...amendableFields(message, instance.version),
    }),
  );

const amendedInputs = ({ userId, changes: { amended, instance } }: InstanceChanges, nth: number) =>
  amended.map(
    (message): AmendedInput => ({
      instance: nth,
      userId,
      id: message.id,
      ...amendableFields(message, instance.version),
    }),
  );

/** Returns the fields of a message that may change after it was posted. */
const amendableFields = (message: Message, version: number) => ({
  requiresUserInput: message.requiresUserInput,
  readAt: message.readAt,
  readVersion: message.readVersion,
  questionStatus: message.questionStatus,
  answerId: message.answerId,
  questionVersion: message.questionStatus === null ? null : version,
});

const recordInput = ({ userId, key, record }: RecordToSave, instance: number | null): RecordInput => ({
  instance,
  userId,
  key,
  fingerprint: record.fingerprint,
  answer: record.answer,
  recordedAt: record.recordedAt,
});
