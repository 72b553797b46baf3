import type { AgentInstance } from '../../src/domain/conversation/agent-instance.ts';
import type { AgentType } from '../../src/domain/conversation/agent-type.ts';
import type { Conversation } from '../../src/domain/conversation/conversation.ts';
import type { Message } from '../../src/domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../src/domain/ids.ts';
import type { ApiKeyId } from '../../src/domain/user/api-key.ts';
import type { Clock, Ids } from '../../src/ports/runtime.ts';
import type { TokenGrant } from '../../src/ports/tokens/token-issuer.ts';
import type { Caller } from '../../src/ports/tokens/token-verifier.ts';

export { anApiKey, newKeyId } from '../../src/contracts/api-key-builder.ts';

/** The time that all built values have, unless a test sets another. */
export const BEFORE = new Date('2026-01-01T09:00:00.000Z');
/** The time at which the fake clock starts. */
export const NOW = new Date('2026-01-01T10:00:00.000Z');

/** Returns the `number`-th UUID of a kind, in canonical form and shaped like a UUIDv7. */
const uuid = (kind: string, number: number): string =>
  `00000000-${kind}-7000-8000-${number.toString(16).padStart(12, '0')}`;

export const instanceIdOf = (number: number) => uuid('aaaa', number) as AgentInstanceId;
/** By default the id of a message follows from its position. */
export const messageIdOf = (number: number) => uuid('bbbb', number) as MessageId;
export const agentTypeIdOf = (number: number) => uuid('cccc', number) as AgentTypeId;
export const userIdOf = (name: string) => name as UserId;

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  #now: Date;

  constructor(now: Date = NOW) {
    this.#now = now;
  }

  now(): Date {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now = new Date(this.#now.getTime() + milliseconds);
  }
}

/** Ids that count up: `idOf(1)`, `idOf(2)`, … */
export class FakeIds implements Ids {
  #count = 0;

  static idOf(number: number): string {
    return uuid('1d1d', number);
  }

  next(): string {
    this.#count += 1;
    return FakeIds.idOf(this.#count);
  }
}

/** The grant of an agent token that never expires. */
export const aGrant = (fields: Partial<TokenGrant> = {}): TokenGrant => ({
  id: 'aaaaaaaaaaaaaaaa' as ApiKeyId,
  userId: userIdOf('ada'),
  scope: 'agent',
  agentInstanceId: null,
  createdAt: BEFORE,
  expiresAt: null,
  ...fields,
});

export const aCaller = (fields: Partial<Caller> = {}): Caller => ({
  userId: userIdOf('ada'),
  scopes: ['agent'],
  expiresAt: null,
  email: null,
  displayName: null,
  ...fields,
});

export const anAgentType = (fields: Partial<AgentType> = {}): AgentType => ({
  id: agentTypeIdOf(1),
  name: 'claude-code',
  ...fields,
});

/**
 * An active instance without messages, in version 1. With the status COMPLETED it gets an end time. With
 * DELETED it gets a deletion, and was active before.
 */
export const anAgentInstance = (fields: Partial<AgentInstance> = {}): AgentInstance => ({
  id: instanceIdOf(1),
  agentType: anAgentType(),
  name: null,
  status: 'ACTIVE',
  startedAt: BEFORE,
  endedAt: fields.status === 'COMPLETED' ? BEFORE : null,
  failure: null,
  metadata: null,
  context: {},
  lastPosition: 0,
  stepCount: 0,
  lastReadMessageId: null,
  lease: null,
  untoldEndings: [],
  stop: null,
  lastHeartbeatAt: null,
  lastActivityAt: BEFORE,
  deletion: fields.status === 'DELETED' ? { deletedAt: BEFORE, statusBefore: 'ACTIVE' } : null,
  version: 1,
  ...fields,
});

/** A step at position 1, written in version 1. */
export function aMessage(fields: Partial<Message> = {}): Message {
  const position = fields.position ?? 1;
  return {
    id: messageIdOf(position),
    agentInstanceId: instanceIdOf(1),
    position,
    senderType: 'AGENT',
    content: `message ${position}`,
    createdAt: BEFORE,
    metadata: null,
    question: null,
    reach: null,
    requiresUserInput: false,
    readAt: null,
    readVersion: 1,
    questionStatus: null,
    answerId: null,
    expiresAt: null,
    answerTo: null,
    ...fields,
  };
}

export const aStep = aMessage;

export const aQuestion = (fields: Partial<Message> = {}): Message =>
  aMessage({ requiresUserInput: true, questionStatus: 'open', ...fields });

/** A queued user message. */
export const aQueuedMessage = (fields: Partial<Message> = {}): Message =>
  aMessage({ senderType: 'USER', readAt: null, readVersion: null, ...fields });

/** A user message that has been handed to the agent. */
export const aReadMessage = (fields: Partial<Message> = {}): Message =>
  aMessage({ senderType: 'USER', readAt: BEFORE, readVersion: 1, ...fields });

/**
 * An instance with these messages. Its last position is that of the last message. It has no read cursor,
 * unless the test sets one.
 */
export const aConversation = (
  messages: readonly Message[] = [],
  instance: Partial<AgentInstance> = {},
): Conversation => ({
  instance: anAgentInstance({
    stepCount: 0,
    lastPosition: Math.max(0, ...messages.map(({ position }) => position)),
    ...instance,
  }),
  agentType: null,
  agentTypeCount: 0,
  openInstanceCount: 0,
  messages,
});
