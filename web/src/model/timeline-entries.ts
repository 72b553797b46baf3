import { localDay } from './format-time.ts';
import { isToBeCorrected, type OutboxMessage } from './storage/outbox-message.ts';
import type { Message } from './wire.ts';

/** One entry of the timeline. `day` is the time of the first entry of a day; null for all other entries. */
export type Entry = { readonly key: string; readonly day: string | null } & (
  | {
      readonly kind: 'message';
      readonly message: Message;
      readonly isAnswer: boolean;
      /** For an answer: its question. For a question: its answer. Null if it has none, or is not loaded. */
      readonly counterpart: Message | null;
    }
  | { readonly kind: 'outgoing'; readonly outgoing: OutboxMessage }
);

/** How many of the newest messages are compared with an outbox message, to see whether it has arrived. */
const COMPARED_MESSAGES = 20;

/**
 * Returns the conversation's messages as timeline entries, then the outbox messages that have not arrived.
 */
export function buildTimeline(messages: readonly Message[], outbox: readonly OutboxMessage[]): Entry[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const questionIds = new Map(messages.map(({ id, answer_id }) => [answer_id, id]));
  const entries: Entry[] = [];
  let currentDay: string | null = null;
  const timeIfNewDay = (time: string): string | null => {
    const day = localDay(time);
    if (day === currentDay) return null;
    currentDay = day;
    return time;
  };
  for (const message of messages) {
    const questionId = message.answer_to?.question_id ?? questionIds.get(message.id);
    const isAnswer = questionId !== undefined;
    const counterpart = byId.get(questionId ?? message.answer_id ?? '') ?? null;
    const day = timeIfNewDay(message.created_at);
    entries.push({ kind: 'message', key: message.id, day, message, isAnswer, counterpart });
  }
  for (const outgoing of outbox) {
    if (hasArrived(outgoing, messages) || isAtItsForm(outgoing, byId)) continue;
    const day = timeIfNewDay(outgoing.writtenAt);
    entries.push({ kind: 'outgoing', key: outgoing.idempotencyKey, day, outgoing });
  }
  return entries;
}

/**
 * Checks whether the event stream has already delivered an outbox message. The stream can be faster than the
 * response to the request that sent the message. The message must not be shown twice.
 */
function hasArrived(outgoing: OutboxMessage, messages: readonly Message[]): boolean {
  if (outgoing.refusal !== null) return false;
  return messages.slice(-COMPARED_MESSAGES).some((message) => isStoredAs(message, outgoing));
}

const isStoredAs = (message: Message, { after, content, inReplyTo }: OutboxMessage): boolean =>
  message.sender_type === 'USER' &&
  message.position > after &&
  message.content === content &&
  (inReplyTo === null || message.answer_to === undefined || message.answer_to.question_id === inReplyTo);

/** A refused form that can still be corrected is shown where it is filled in. */
const isAtItsForm = (outgoing: OutboxMessage, byId: ReadonlyMap<string, Message>): boolean =>
  isToBeCorrected(outgoing) && byId.get(outgoing.inReplyTo ?? '')?.question_status === 'open';
