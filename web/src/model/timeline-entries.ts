import { localDay } from './format-time.ts';
import type { OutboxMessage } from './storage/outbox-message.ts';
import type { Message } from './wire.ts';

/** One entry of the timeline. `day` is the time of the first entry of a day; null for all other entries. */
export type Entry = { readonly key: string; readonly day: string | null } & (
  | { readonly kind: 'message'; readonly message: Message; readonly isAnswer: boolean }
  | { readonly kind: 'outgoing'; readonly outgoing: OutboxMessage }
);

/** How many of the newest messages are compared with an outbox message, to see whether it has arrived. */
const COMPARED_MESSAGES = 20;

/**
 * Returns the conversation's messages as timeline entries, then the outbox messages that have not arrived.
 */
export function buildTimeline(messages: readonly Message[], outbox: readonly OutboxMessage[]): Entry[] {
  const answerIds = new Set(messages.map(({ answer_id }) => answer_id));
  const entries: Entry[] = [];
  let currentDay: string | null = null;
  const timeIfNewDay = (time: string): string | null => {
    const day = localDay(time);
    if (day === currentDay) return null;
    currentDay = day;
    return time;
  };
  for (const message of messages) {
    const isAnswer = answerIds.has(message.id);
    const day = timeIfNewDay(message.created_at);
    entries.push({ kind: 'message', key: message.id, day, message, isAnswer });
  }
  for (const outgoing of outbox) {
    if (hasArrived(outgoing, messages)) continue;
    const day = timeIfNewDay(outgoing.writtenAt);
    entries.push({ kind: 'outgoing', key: outgoing.idempotencyKey, day, outgoing });
  }
  return entries;
}

/**
 * Checks whether the event stream has already delivered an outbox message. The stream can be faster than the
 * response to the request that sent the message. The message must not be shown twice.
 */
function hasArrived({ refusal, after, content }: OutboxMessage, messages: readonly Message[]): boolean {
  if (refusal !== null) return false;
  return messages
    .slice(-COMPARED_MESSAGES)
    .some(
      (message) => message.sender_type === 'USER' && message.position > after && message.content === content,
    );
}
