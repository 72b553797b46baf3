import { NO_CONTEXT } from '../../../../domain/conversation/agent-context.ts';
import type { AgentInstance } from '../../../../domain/conversation/agent-instance.ts';
import type { Changes } from '../../../../domain/conversation/conversation.ts';
import type { Message } from '../../../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../../../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import { notificationChangesOf } from '../../../../domain/notification/notification.ts';
import type { Database } from '../../database/database.ts';
import type { NotificationInput } from './notification-parts.ts';
import {
  type AgentTypeInput,
  type AmendedInput,
  type InstanceInput,
  type PostedInput,
  type RecordInput,
  type SavedRow,
  saveStatement,
} from './save-statement.ts';

/** The changes of one instance. */
export interface InstanceChanges {
  readonly userId: UserId;
  /** The instance from which they were decided; null: it did not exist. */
  readonly before: AgentInstance | null;
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

export interface SavedBatch {
  /** The instances that were written. Another process has just changed the others. */
  readonly instances: readonly InstanceChanges[];
  /** Whether a notification was made, or is over now. */
  readonly hasDueNotifications: boolean;
}

/** Saves a batch. */
export async function saveChanges(
  database: Database,
  instances: readonly InstanceChanges[],
  records: readonly RecordToSave[],
  { channel, payloads }: Notification,
): Promise<SavedBatch> {
  const sorted = instances.toSorted(compareKeys);
  const indexes = new Map(
    sorted.map(({ userId, changes }, nth) => [keyOf(userId, changes.instance.id), nth]),
  );
  const users = [...sorted, ...records].map(({ userId }) => userId);
  const newTypes = sorted.filter(({ before }) => before === null).map(agentTypeInput);
  const amended = sorted.flatMap(amendedInputs);
  const recordInputs = records.map((record) => {
    const { userId, savedWithInstanceId } = record;
    return recordInput(
      record,
      savedWithInstanceId === null ? null : indexes.get(keyOf(userId, savedWithInstanceId))!,
    );
  });
  const notifications = sorted.flatMap(notificationInputs);
  const shape = {
    hasNewInstances: newTypes.length > 0,
    hasAmendedMessages: amended.length > 0,
    hasRecords: recordInputs.length > 0,
    hasNotifications: notifications.length > 0,
  };
  const saved = await database.queryInBatch<SavedRow>(users, saveStatement(shape), [
    JSON.stringify(sorted.map(instanceInput)),
    ...(shape.hasNewInstances ? [JSON.stringify(newTypes)] : []),
    JSON.stringify(sorted.flatMap(postedInputs)),
    ...(shape.hasAmendedMessages ? [JSON.stringify(amended)] : []),
    ...(shape.hasRecords ? [JSON.stringify(recordInputs)] : []),
    ...(shape.hasNotifications ? [JSON.stringify(notifications)] : []),
    channel,
    payloads,
  ]);
  return {
    instances: saved.map(({ nth }) => sorted[nth]!),
    hasDueNotifications: (saved[0]?.notifications ?? 0) > 0,
  };
}

const keyOf = (userId: UserId, id: AgentInstanceId): string => `${id}${userId}`;

/** Sorts by user and instance, so that concurrent batches lock rows in the same order. */
function compareKeys(a: InstanceChanges, b: InstanceChanges): number {
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1;
  return a.changes.instance.id < b.changes.instance.id ? -1 : 1;
}

/**
 * Times become ISO texts in `JSON.stringify`. What is null is left out: most fields of most rows are, and
 * more than a third of the text would be about them.
 */
const instanceInput = (
  { userId, before, changes: { instance, gitDiff } }: InstanceChanges,
  nth: number,
): InstanceInput => ({
  nth,
  baseVersion: before?.version ?? 0,
  setsGitDiff: gitDiff !== undefined,
  userId,
  id: instance.id,
  agentTypeId: instance.agentType.id,
  name: instance.name ?? undefined,
  status: instance.status,
  startedAt: instance.startedAt,
  endedAt: instance.endedAt ?? undefined,
  failure: instance.failure ?? undefined,
  metadata: instance.metadata ?? undefined,
  // The decisions return the very same context if they have not changed it.
  context: instance.context === (before?.context ?? NO_CONTEXT) ? undefined : instance.context,
  lastPosition: instance.lastPosition,
  stepCount: instance.stepCount,
  lastReadMessageId: instance.lastReadMessageId ?? undefined,
  leaseMessageId: instance.lease?.messageId ?? undefined,
  leaseDeliveries: instance.lease?.deliveries ?? undefined,
  untoldEndings: instance.untoldEndings.length === 0 ? undefined : instance.untoldEndings,
  stopReason: instance.stop?.reason ?? undefined,
  stopRequestedAt: instance.stop?.requestedAt ?? undefined,
  stopSeenAt: instance.stop?.seenAt ?? undefined,
  lastHeartbeatAt: instance.lastHeartbeatAt ?? undefined,
  lastActivityAt: instance.lastActivityAt,
  version: instance.version,
  gitDiff: gitDiff ?? undefined,
  deletedAt: instance.deletion?.deletedAt ?? undefined,
  statusBeforeDeletion: instance.deletion?.statusBefore ?? undefined,
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
      metadata: message.metadata ?? undefined,
      reach: message.reach ?? undefined,
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
  question: message.question ?? undefined,
  readAt: message.readAt ?? undefined,
  readVersion: message.readVersion ?? undefined,
  questionStatus: message.questionStatus ?? undefined,
  answerId: message.answerId ?? undefined,
  expiresAt: message.expiresAt ?? undefined,
  answerTo: message.answerTo ?? undefined,
  questionVersion: message.questionStatus === null ? undefined : version,
});

const recordInput = ({ userId, key, record }: RecordToSave, instance: number | null): RecordInput => ({
  instance,
  userId,
  key,
  fingerprint: record.fingerprint,
  answer: record.answer,
  recordedAt: record.recordedAt,
});

const notificationInputs = ({ userId, changes, before }: InstanceChanges, instance: number) =>
  notificationChangesOf(changes, before).map(
    (change): NotificationInput => ({ ...change, instance, userId }),
  );
