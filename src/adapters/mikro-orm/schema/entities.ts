import { defineEntity, p } from '@mikro-orm/core';
import type { Deletion, StoredStatus } from '../../../domain/conversation/agent-instance.ts';
import type { JsonObject, QuestionStatus, SenderType } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../../domain/ids.ts';
import type { ApiKeyId, Scope } from '../../../domain/user/api-key.ts';

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
    metadata: json().nullable(),
    lastPosition: integer(),
    stepCount: integer(),
    lastReadMessageId: uuid().$type<MessageId>().nullable(),
    leaseMessageId: uuid().$type<MessageId>().nullable(),
    leaseDeliveries: integer().nullable(),
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
    requiresUserInput: p.boolean(),
    readAt: time().nullable(),
    readVersion: integer().nullable(),
    questionStatus: text().$type<QuestionStatus>().nullable(),
    answerId: uuid().$type<MessageId>().nullable(),
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
];
