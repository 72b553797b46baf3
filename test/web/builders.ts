import type { OutboxMessage } from '../../web/src/model/storage/outbox-message.ts';
import type { AgentInstance, Message } from '../../web/src/model/wire.ts';

/** Builders of valid values. A test overrides only what it is about. */
export const anInstance = (change: Partial<AgentInstance> = {}): AgentInstance => ({
  id: 'one',
  agent_type_id: 'type',
  agent_type_name: 'claude-code',
  name: null,
  status: 'ACTIVE',
  started_at: '2026-01-01T10:00:00.000Z',
  ended_at: null,
  latest_message: null,
  latest_message_at: null,
  chat_length: 0,
  last_heartbeat_at: null,
  instance_metadata: null,
  ...change,
});

export const aMessage = (position: number, change: Partial<Message> = {}): Message => ({
  id: `message-${position}`,
  position,
  content: `message ${position}`,
  sender_type: 'AGENT',
  created_at: '2026-01-01T10:00:00.000Z',
  requires_user_input: false,
  read_at: null,
  metadata: null,
  ...change,
});

export const aQuestion = (position: number, change: Partial<Message> = {}): Message =>
  aMessage(position, {
    requires_user_input: true,
    question_status: 'open',
    answer_id: null,
    agent_waiting: false,
    ...change,
  });

/** Returns messages for all positions from `first` to `last`. */
export const messages = (first: number, last: number): Message[] =>
  Array.from({ length: last - first + 1 }, (_, index) => aMessage(first + index));

export const anOutboxMessage = (change: Partial<OutboxMessage> = {}): OutboxMessage => ({
  idempotencyKey: 'key',
  userId: 'local',
  instanceId: 'one',
  content: 'Yes',
  inReplyTo: null,
  writtenAt: '2026-01-01T10:00:00.000Z',
  sequence: 0,
  after: 0,
  refusal: null,
  ...change,
});
