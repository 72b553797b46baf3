import type { OutboxMessage, Refusal } from '../../web/src/model/storage/outbox-message.ts';
import type {
  AgentInstance,
  Delivery,
  Destination,
  Message,
  Notification,
  QuestionShape,
} from '../../web/src/model/wire.ts';

/** Builders of valid values. A test overrides only what it is about. */
export const anInstance = (change: Partial<AgentInstance> = {}): AgentInstance => ({
  id: 'one',
  agent_type_id: 'type',
  agent_type_name: 'claude-code',
  name: null,
  status: 'ACTIVE',
  started_at: '2026-01-01T10:00:00.000Z',
  ended_at: null,
  failure: null,
  latest_message: null,
  latest_message_at: null,
  chat_length: 0,
  last_heartbeat_at: null,
  instance_metadata: null,
  context: null,
  stop_requested: null,
  stop_seen_at: null,
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
    expires_at: null,
    question: null,
    ...change,
  });

export const aShape = (change: Partial<QuestionShape> = {}): QuestionShape => ({
  options: null,
  multiple: false,
  min: 0,
  max: 0,
  form: null,
  on_expiry: 'expire',
  default_answer: null,
  ...change,
});

/** Options with the labels `One` and `Two`, and the values `1` and `2`. */
export const OPTIONS = [
  { label: 'One', value: '1', description: null },
  { label: 'Two', value: '2', description: null },
];

/** Returns messages for all positions from `first` to `last`. */
export const messages = (first: number, last: number): Message[] =>
  Array.from({ length: last - first + 1 }, (_, index) => aMessage(first + index));

export const anOutboxMessage = (change: Partial<OutboxMessage> = {}): OutboxMessage => ({
  idempotencyKey: 'key',
  userId: 'local',
  instanceId: 'one',
  content: 'Yes',
  values: null,
  form: null,
  inReplyTo: null,
  writtenAt: '2026-01-01T10:00:00.000Z',
  sequence: 0,
  after: 0,
  refusal: null,
  ...change,
});

export const aRefusal = (change: Partial<Refusal> = {}): Refusal => ({
  code: 'already_answered',
  detail: '',
  answer: null,
  outcome: null,
  errors: [],
  ...change,
});

export const aDestination = (change: Partial<Destination> = {}): Destination => ({
  id: 'phone',
  channel: 'ntfy',
  name: 'Phone',
  address: 'ntfy.sh/my-…',
  verified_at: null,
  failing_since: null,
  last_error: null,
  created_at: '2026-01-01T09:00:00.000Z',
  changed_at: '2026-01-01T09:00:00.000Z',
  ...change,
});

export const aDelivery = (change: Partial<Delivery> = {}): Delivery => ({
  destination_id: 'phone',
  channel: 'ntfy',
  status: 'queued',
  due_at: '2026-01-01T10:00:00.000Z',
  next_try_at: '2026-01-01T10:00:00.000Z',
  attempts: 0,
  sent_at: null,
  opened_at: null,
  error: null,
  ...change,
});

/** The notification of a test, with one delivery. */
export const aTest = (delivery: Partial<Delivery> = {}): Notification => ({
  id: 'test',
  event: 'test',
  agent_instance_id: null,
  message_id: null,
  created_at: '2026-01-01T10:00:00.000Z',
  over_at: null,
  deliveries: [aDelivery(delivery)],
});

/** The context of an agent that has said nothing about where it runs. */
export const NO_CONTEXT = {
  ...{ repository: null, branch: null, machine: null, folder: null },
  ...{ model: null, agent_version: null, terminal: null },
};
