import type { Message, Problem } from './wire.ts';

/** A message that the person has sent and the server has not yet confirmed. */
export interface OutboxMessage {
  /** The Idempotency-Key: however often it is sent, it arrives once. */
  readonly idempotencyKey: string;
  readonly userId: string;
  readonly instanceId: string;
  readonly content: string;
  /** The question that it answers. */
  readonly inReplyTo: string | null;
  readonly writtenAt: string;
  /** The position of the newest message that was there when it was written. */
  readonly after: number;
  /** Why the server will not have it. Null: it is still to be sent. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
  /** The answer of somebody else that was first. */
  readonly answer: Message | null;
}

/** What to do with a message after an attempt to send it. */
export type SendFailure = 'again' | 'sign-in' | Refusal;

const RETRYABLE_STATUSES = new Set([408, 425, 429]);

/** @param problem null where no answer came at all */
export function classifyFailure(problem: Problem | null): SendFailure {
  if (problem === null || problem.status >= 500 || RETRYABLE_STATUSES.has(problem.status)) return 'again';
  if (problem.code === 'idempotency_in_flight') return 'again';
  if (problem.status === 401) return 'sign-in';
  return { code: problem.code, detail: problem.detail, answer: problem.answer ?? null };
}

const PREFIX = 'outbox:';

/** As much of the browser's storage as is needed. */
export type TextStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

/**
 * The outbox survives a reload. Each message has an entry of its own, so that tabs do not overwrite one
 * another's.
 */
export function saveOutboxMessage(storage: TextStorage, outgoing: OutboxMessage): void {
  storage.setItem(PREFIX + outgoing.idempotencyKey, JSON.stringify(outgoing));
}

export function removeOutboxMessage(storage: TextStorage, key: string): void {
  storage.removeItem(PREFIX + key);
}

/** The person's own, in the order in which they were written. */
export function loadOutboxMessages(storage: TextStorage, userId: string): OutboxMessage[] {
  const entries: OutboxMessage[] = [];
  for (let at = 0; at < storage.length; at += 1) {
    const key = storage.key(at);
    if (key?.startsWith(PREFIX)) entries.push(...parsed(storage.getItem(key)));
  }
  return entries
    .filter((outgoing) => outgoing.userId === userId)
    .sort((one, other) => one.writtenAt.localeCompare(other.writtenAt));
}

/** The first message of each instance that is to be sent: an instance's messages keep their order. */
export function nextToSend(outbox: readonly OutboxMessage[]): OutboxMessage[] {
  const firsts = new Map<string, OutboxMessage>();
  for (const outgoing of outbox) {
    if (outgoing.refusal === null && !firsts.has(outgoing.instanceId))
      firsts.set(outgoing.instanceId, outgoing);
  }
  return [...firsts.values()];
}

function parsed(text: string | null): OutboxMessage[] {
  try {
    return text === null ? [] : [JSON.parse(text) as OutboxMessage];
  } catch {
    return [];
  }
}
