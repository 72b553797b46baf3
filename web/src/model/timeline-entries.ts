import type { OutboxMessage } from './outbox-message.ts';
import { localDay } from './format-time.ts';
import type { Message } from './wire.ts';

/** One entry of the timeline. `day` begins with it, where it is the first of its day. */
export type Entry = { readonly key: string; readonly day: string | null } & (
  | { readonly kind: 'message'; readonly message: Message; readonly isAnswer: boolean }
  | { readonly kind: 'outgoing'; readonly outgoing: OutboxMessage }
);

/** How far back a message that has just been confirmed can be. */
const RECENT = 20;

/** The conversation as it is shown, with what is still to be sent at its end. */
export function buildTimeline(messages: readonly Message[], outbox: readonly OutboxMessage[]): Entry[] {
  const answers = new Set(messages.map(({ answer_id }) => answer_id));
  const entries: Entry[] = [];
  let day: string | null = null;
  const beginsDay = (at: string): string | null => {
    const its = localDay(at);
    if (its === day) return null;
    day = its;
    return at;
  };
  for (const message of messages) {
    const isAnswer = answers.has(message.id);
    entries.push({ kind: 'message', key: message.id, day: beginsDay(message.created_at), message, isAnswer });
  }
  for (const outgoing of outbox) {
    if (hasArrived(outgoing, messages)) continue;
    entries.push({ kind: 'outgoing', key: outgoing.idempotencyKey, day: beginsDay(outgoing.writtenAt), outgoing });
  }
  return entries;
}

/** The stream may be faster than the answer to our own request: not shown twice meanwhile. */
function hasArrived({ refusal, after, content }: OutboxMessage, messages: readonly Message[]): boolean {
  if (refusal !== null) return false;
  return messages
    .slice(-RECENT)
    .some(
      (message) => message.sender_type === 'USER' && message.position > after && message.content === content,
    );
}
