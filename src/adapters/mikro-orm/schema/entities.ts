import { defineEntity, p } from '@mikro-orm/core';

/**
 * How rows lie in tables. The user id leads every primary key: an id alone finds nothing. User ids and
 * keys compare by bytes (collation "C"), which is exact and quicker than any language's order. Policies lie in the
 * migrations alone: PostgreSQL keeps them in words of its own, so a comparison would find them changed forever.
 */
const userId = () => p.text().collation('C').primary();
const uuid = () => p.uuid();
const time = () => p.datetime().columnType('timestamptz(3)');

export const AgentTypeRow = defineEntity({
  name: 'AgentTypeRow',
  tableName: 'agent_types',
  properties: {
    userId: userId(),
    id: uuid().primary(),
    name: p.text(),
    createdAt: time(),
  },
  uniques: [{ name: 'agent_types_name', properties: ['userId', 'name'] }],
});

export const AgentInstanceRow = defineEntity({
  name: 'AgentInstanceRow',
  tableName: 'agent_instances',
  properties: {
    userId: userId(),
    id: uuid().primary(),
    agentTypeId: uuid(),
    name: p.text().nullable(),
    status: p.text(),
    startedAt: time(),
    endedAt: time().nullable(),
    metadata: p.json().nullable(),
    lastPosition: p.integer(),
    stepCount: p.integer(),
    lastReadMessageId: uuid().nullable(),
    lastHeartbeatAt: time().nullable(),
    lastActivityAt: time(),
    version: p.integer(),
    gitDiff: p.text().nullable(),
    gitDiffVersion: p.integer().default(0),
    deletedAt: time().nullable(),
    statusBeforeDeletion: p.text().nullable(),
  },
  indexes: [
    { name: 'agent_instances_started', properties: ['userId', 'startedAt', 'id'] },
    { name: 'agent_instances_type', properties: ['userId', 'agentTypeId', 'startedAt', 'id'] },
    { name: 'agent_instances_ended', properties: ['endedAt'], where: 'ended_at is not null' },
    { name: 'agent_instances_deleted', properties: ['deletedAt'], where: 'deleted_at is not null' },
  ],
});

export const MessageRow = defineEntity({
  name: 'MessageRow',
  tableName: 'messages',
  properties: {
    userId: userId(),
    id: uuid().primary(),
    agentInstanceId: uuid(),
    position: p.integer(),
    senderType: p.text(),
    content: p.text(),
    createdAt: time(),
    metadata: p.json().nullable(),
    requiresUserInput: p.boolean(),
    readAt: time().nullable(),
    readVersion: p.integer().nullable(),
    questionStatus: p.text().nullable(),
    answerId: uuid().nullable(),
    questionVersion: p.integer().nullable(),
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
    key: p.text().collation('C').primary(),
    fingerprint: p.text(),
    answer: p.text(),
    recordedAt: time(),
  },
  indexes: [{ name: 'idempotency_records_age', properties: ['recordedAt'] }],
});

export const ApiKeyRow = defineEntity({
  name: 'ApiKeyRow',
  tableName: 'api_keys',
  properties: {
    userId: userId(),
    id: p.text().collation('C').primary(),
    name: p.text(),
    scope: p.text(),
    agentInstanceId: uuid().nullable(),
    tokenHash: p.text().collation('C'),
    createdAt: time(),
    expiresAt: time().nullable(),
    lastUsedAt: time().nullable(),
    revokedAt: time().nullable(),
  },
  uniques: [{ name: 'api_keys_token_hash', properties: ['userId', 'tokenHash'] }],
  indexes: [{ name: 'api_keys_revoked', properties: ['revokedAt'], where: 'revoked_at is not null' }],
});

/** The server processes whose waits are in `open_waits`; one that is silent after `aliveUntil` is gone. */
export const WaitingProcessRow = defineEntity({
  name: 'WaitingProcessRow',
  tableName: 'waiting_processes',
  properties: { id: uuid().primary(), aliveUntil: time() },
});

/** The agents that wait for news of an instance, as their process told last. */
export const OpenWaitRow = defineEntity({
  name: 'OpenWaitRow',
  tableName: 'open_waits',
  properties: { userId: userId(), agentInstanceId: uuid().primary(), processId: uuid().primary() },
  indexes: [{ name: 'open_waits_process', properties: ['processId'] }],
});

/** Users who were deleted: all that stays of them. */
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
