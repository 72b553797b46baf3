import { defineEntity, p } from '@mikro-orm/core';
import type { AgentContext } from '../../../domain/conversation/agent-context.ts';
import type { Deletion, QuestionEnding, StoredStatus } from '../../../domain/conversation/agent-instance.ts';
import type {
  AnswerTo,
  JsonObject,
  QuestionStatus,
  SenderType,
} from '../../../domain/conversation/message.ts';
import type { Reach } from '../../../domain/conversation/reach.ts';
import type {
  AgentInstanceId,
  AgentTypeId,
  DestinationId,
  MessageId,
  NotificationId,
  UserId,
} from '../../../domain/ids.ts';
import type { Destination } from '../../../domain/notification/destination.ts';
import type { Delivery, NotificationEvent } from '../../../domain/notification/notification.ts';
import type { NotificationRules } from '../../../domain/notification/settings.ts';
import type { QuestionShape } from '../../../domain/question/question-shape.ts';
import type { ApiKeyId, ConnectedClient, Scope } from '../../../domain/user/api-key.ts';
import type { AuthorizationRecord } from '../../../ports/storage/authorization-repository.ts';
import type { AsJson } from './columns.ts';

/**
 * The tables and their columns. Statements take their columns from here (`columns.ts`), and a test compares
 * the entities with what the migration creates.
 *
 * The user id is the first column of every primary key. User ids and keys compare by bytes (collation "C"),
 * which is exact and faster than the order of a language.
 *
 * Policies are only in the migration. PostgreSQL rewrites their text, so a comparison with the entities would
 * always find a difference.
 */
const text = () => p.text();
const bytes = () => p.text().collation('C');
const uuid = () => p.uuid();
const integer = () => p.integer();
const time = () => p.datetime().columnType('timestamptz(3)');
const json = () => p.json().$type<JsonObject>();
/**
 * Unlike `json`, keeps the order of the fields: a form shows its fields in the order that its agent chose.
 */
const orderedJson = () => p.json().columnType('json');
const userId = () => bytes().$type<UserId>().primary();

export const AgentTypeRow = defineEntity({
  name: 'AgentTypeRow',
  tableName: 'agent_types',
  properties: {
    userId: userId(),
    id: uuid().$type<AgentTypeId>().primary(),
    name: text(),
    createdAt: time(),
  },
  uniques: [{ name: 'agent_types_name', properties: ['userId', 'name'] }],
});

export const AgentInstanceRow = defineEntity({
  name: 'AgentInstanceRow',
  tableName: 'agent_instances',
  properties: {
    userId: userId(),
    id: uuid().$type<AgentInstanceId>().primary(),
    agentTypeId: uuid().$type<AgentTypeId>(),
    name: text().nullable(),
    status: text().$type<StoredStatus>(),
    startedAt: time(),
    endedAt: time().nullable(),
    failure: text().nullable(),
    metadata: json().nullable(),
    context: orderedJson().$type<AgentContext>().nullable(),
    lastPosition: integer(),
    stepCount: integer(),
    lastReadMessageId: uuid().$type<MessageId>().nullable(),
    leaseMessageId: uuid().$type<MessageId>().nullable(),
    leaseDeliveries: integer().nullable(),
    untoldEndings: json().$type<readonly QuestionEnding[]>().nullable(),
    stopReason: text().nullable(),
    stopRequestedAt: time().nullable(),
    stopSeenAt: time().nullable(),
    lastHeartbeatAt: time().nullable(),
    lastActivityAt: time(),
    version: integer(),
    gitDiff: text().nullable(),
    gitDiffVersion: integer().default(0),
    deletedAt: time().nullable(),
    statusBeforeDeletion: text().$type<Deletion['statusBefore']>().nullable(),
  },
  indexes: [
    { name: 'agent_instances_started', properties: ['userId', 'startedAt', 'id'] },
    { name: 'agent_instances_type', properties: ['userId', 'agentTypeId', 'startedAt', 'id'] },
    { name: 'agent_instances_ended', properties: ['endedAt'], where: 'ended_at is not null' },
    {
      name: 'agent_instances_open',
      properties: ['userId'],
      where: 'ended_at is null and deleted_at is null',
    },
    { name: 'agent_instances_deleted', properties: ['deletedAt'], where: 'deleted_at is not null' },
  ],
});

export const MessageRow = defineEntity({
  name: 'MessageRow',
  tableName: 'messages',
  properties: {
    userId: userId(),
    id: uuid().$type<MessageId>().primary(),
    agentInstanceId: uuid().$type<AgentInstanceId>(),
    position: integer(),
    senderType: text().$type<SenderType>(),
    content: text(),
    createdAt: time(),
    metadata: json().nullable(),
    question: orderedJson().$type<QuestionShape>().nullable(),
    reach: json().$type<Reach>().nullable(),
    requiresUserInput: p.boolean(),
    readAt: time().nullable(),
    readVersion: integer().nullable(),
    questionStatus: text().$type<QuestionStatus>().nullable(),
    answerId: uuid().$type<MessageId>().nullable(),
    expiresAt: time().nullable(),
    answerTo: orderedJson().$type<AnswerTo>().nullable(),
    questionVersion: integer().nullable(),
  },
  uniques: [{ name: 'messages_position', properties: ['userId', 'agentInstanceId', 'position'] }],
  indexes: [
    {
      name: 'messages_queue',
      properties: ['userId', 'agentInstanceId'],
      where: "sender_type = 'USER' and read_at is null",
    },
    {
      name: 'messages_open_questions',
      properties: ['userId', 'agentInstanceId'],
      where: "question_status = 'open'",
    },
    {
      name: 'messages_deadlines',
      properties: ['expiresAt'],
      where: "question_status = 'open' and expires_at is not null",
    },
    {
      name: 'messages_handed_over',
      properties: ['userId', 'agentInstanceId', 'readVersion'],
      where: "sender_type = 'USER' and read_version is not null",
    },
    {
      name: 'messages_question_changes',
      properties: ['userId', 'agentInstanceId', 'questionVersion'],
      where: 'question_version is not null',
    },
  ],
});

export const IdempotencyRecordRow = defineEntity({
  name: 'IdempotencyRecordRow',
  tableName: 'idempotency_records',
  properties: {
    userId: userId(),
    key: bytes().primary(),
    fingerprint: text(),
    answer: text(),
    recordedAt: time(),
  },
  indexes: [{ name: 'idempotency_records_age', properties: ['recordedAt'] }],
});

export const ApiKeyRow = defineEntity({
  name: 'ApiKeyRow',
  tableName: 'api_keys',
  properties: {
    userId: userId(),
    id: bytes().$type<ApiKeyId>().primary(),
    name: text(),
    scope: text().$type<Scope>(),
    agentInstanceId: uuid().$type<AgentInstanceId>().nullable(),
    client: orderedJson().$type<ConnectedClient>().nullable(),
    tokenHash: bytes(),
    createdAt: time(),
    expiresAt: time().nullable(),
    lastUsedAt: time().nullable(),
    revokedAt: time().nullable(),
  },
  uniques: [{ name: 'api_keys_token_hash', properties: ['userId', 'tokenHash'] }],
  indexes: [{ name: 'api_keys_revoked', properties: ['revokedAt'], where: 'revoked_at is not null' }],
});

/**
 * The server processes whose waits are in `open_waits`. When `aliveUntil` has passed, the process is gone.
 */
export const WaitingProcessRow = defineEntity({
  name: 'WaitingProcessRow',
  tableName: 'waiting_processes',
  properties: { id: uuid().primary(), aliveUntil: time() },
});

/** The instances that agents wait on, as their server process last reported them. */
export const OpenWaitRow = defineEntity({
  name: 'OpenWaitRow',
  tableName: 'open_waits',
  properties: {
    userId: userId(),
    agentInstanceId: uuid().$type<AgentInstanceId>().primary(),
    processId: uuid().primary(),
  },
  indexes: [{ name: 'open_waits_process', properties: ['processId'] }],
});

/** A destination as it is stored. Those that an earlier version has stored lack `changedAt`. */
export type StoredDestination = Omit<AsJson<Destination>, 'changedAt'> & { readonly changedAt?: string };

/** Where and when a user is notified. */
export const NotificationSettingsRow = defineEntity({
  name: 'NotificationSettingsRow',
  tableName: 'notification_settings',
  properties: {
    userId: userId(),
    destinations: orderedJson().$type<readonly StoredDestination[]>(),
    /** The number of destinations. A save of conversations reads only this. */
    destinationCount: integer(),
    rules: orderedJson().$type<NotificationRules>(),
    /** Whether a rule is about `silent`. */
    watchesSilence: p.boolean(),
    activeUntil: time().nullable(),
  },
  indexes: [{ name: 'notification_settings_silence', properties: ['userId'], where: 'watches_silence' }],
});

export const NotificationRow = defineEntity({
  name: 'NotificationRow',
  tableName: 'notifications',
  properties: {
    userId: userId(),
    id: uuid().$type<NotificationId>().primary(),
    event: text().$type<NotificationEvent>(),
    agentInstanceId: uuid().$type<AgentInstanceId>().nullable(),
    messageId: uuid().$type<MessageId>().nullable(),
    reach: json().$type<Reach>().nullable(),
    createdAt: time(),
    overAt: time().nullable(),
    isPlanned: p.boolean(),
    deliveries: orderedJson().$type<readonly AsJson<Delivery>[]>(),
    /** When something has to be done next; null: nothing. */
    nextAt: time().nullable(),
    version: integer(),
  },
  indexes: [
    { name: 'notifications_due', properties: ['nextAt'], where: 'next_at is not null' },
    { name: 'notifications_newest', properties: ['userId', 'createdAt', 'id'] },
    { name: 'notifications_done', properties: ['createdAt'], where: 'next_at is null' },
  ],
});

export const AnswerLinkRow = defineEntity({
  name: 'AnswerLinkRow',
  tableName: 'answer_links',
  properties: {
    userId: userId(),
    tokenHash: bytes().primary(),
    notificationId: uuid().$type<NotificationId>(),
    destinationId: uuid().$type<DestinationId>(),
    agentInstanceId: uuid().$type<AgentInstanceId>().nullable(),
    questionId: uuid().$type<MessageId>().nullable(),
    value: text().nullable(),
    expiresAt: time(),
    usedAt: time().nullable(),
  },
  indexes: [
    { name: 'answer_links_hash', properties: ['tokenHash'] },
    { name: 'answer_links_expiry', properties: ['expiresAt'] },
  ],
});

/**
 * What the authorization server keeps. The key has no user id, because most records are found before anybody
 * has signed in: by the hash of an id that only its holder knows.
 */
export const AuthorizationRecordRow = defineEntity({
  name: 'AuthorizationRecordRow',
  tableName: 'authorization_records',
  properties: {
    kind: bytes().primary(),
    idHash: bytes().primary(),
    userId: bytes().$type<UserId>().nullable(),
    grantId: bytes().$type<ApiKeyId>().nullable(),
    userCodeHash: bytes().nullable(),
    payload: orderedJson().$type<AuthorizationRecord['payload']>(),
    expiresAt: time(),
    usedAt: time().nullable(),
  },
  indexes: [
    { name: 'authorization_records_user', properties: ['userId'], where: 'user_id is not null' },
    { name: 'authorization_records_grant', properties: ['grantId'], where: 'grant_id is not null' },
    {
      name: 'authorization_records_user_code',
      properties: ['userCodeHash'],
      where: 'user_code_hash is not null',
    },
    { name: 'authorization_records_expiry', properties: ['expiresAt'] },
  ],
});

/** All that is kept of a deleted user. */
export const DeletedUserRow = defineEntity({
  name: 'DeletedUserRow',
  tableName: 'deleted_users',
  properties: { userId: userId(), begunAt: time(), finishedAt: time().nullable() },
});

export const entities = [
  AgentTypeRow,
  AgentInstanceRow,
  MessageRow,
  IdempotencyRecordRow,
  ApiKeyRow,
  WaitingProcessRow,
  OpenWaitRow,
  DeletedUserRow,
  NotificationSettingsRow,
  NotificationRow,
  AnswerLinkRow,
  AuthorizationRecordRow,
];
