import type { LiveEventData, Message, Outcome } from './wire.ts';

/** The newest messages of one instance that the page has loaded, without a gap between them. */
export interface Conversation {
  /** Sorted by position. */
  readonly messages: readonly Message[];
  readonly gitDiff: string | null;
  /** The diff has changed since it was loaded. */
  readonly isGitDiffOutdated: boolean;
  /** A message was missed. Newer messages are not added until the missing ones are loaded. */
  readonly hasGap: boolean;
}

export const emptyConversation: Conversation = {
  messages: [],
  gitDiff: null,
  isGitDiffOutdated: false,
  hasGap: false,
};

/** Returns true if the server has no older messages. */
export const hasReachedStart = ({ messages }: Conversation): boolean =>
  messages[0] === undefined || messages[0].position === 1;

/** Returns the loaded questions that are open, the oldest first. */
export const openQuestions = ({ messages }: Conversation): Message[] =>
  messages.filter((message) => message.question_status === 'open');

/**
 * Adds messages that were loaded or streamed. They may come in any order and more than once.
 * If there is a gap between the incoming and the known messages, only the newer ones are kept: the user wants
 * to see the newest messages.
 */
export function withMessages(conversation: Conversation, incoming: readonly Message[]): Conversation {
  const known = conversation.messages;
  const sorted = incoming.toSorted((one, other) => one.position - other.position);
  const [firstIncoming, lastIncoming] = [sorted[0], sorted.at(-1)];
  if (firstIncoming === undefined || lastIncoming === undefined) return conversation;
  const [firstKnown, lastKnown] = [known[0], known.at(-1)];
  if (
    firstKnown === undefined ||
    lastKnown === undefined ||
    firstIncoming.position > lastKnown.position + 1
  ) {
    return { ...conversation, messages: sorted, hasGap: false };
  }
  if (lastIncoming.position < firstKnown.position - 1) return conversation;
  const messages = mergeAdjacent(known, firstKnown.position, sorted);
  return { ...conversation, messages, hasGap: false };
}

/** Adds one streamed message. Sets `hasGap` if a position was skipped, because a message was missed then. */
export function withStreamedMessage(conversation: Conversation, message: Message): Conversation {
  const next = (conversation.messages.at(-1)?.position ?? 0) + 1;
  if (message.position > next) return { ...conversation, hasGap: true };
  return withMessages(conversation, [message]);
}

/**
 * Marks a question as ended, unless it is known to have ended.
 * @param answerId the message that answers it; null if it has no answer
 */
export const withOutcome = (
  conversation: Conversation,
  { question_id, status }: Pick<Outcome, 'question_id' | 'status'>,
  answerId: string | null,
): Conversation => ({
  ...conversation,
  messages: conversation.messages.map((message) =>
    message.id === question_id && message.question_status === 'open'
      ? { ...message, question_status: status, answer_id: answerId, agent_waiting: false }
      : message,
  ),
});

/** Shows what became of the notifications of a message. */
export const withDeliveries = (
  conversation: Conversation,
  { message_id, deliveries }: LiveEventData['delivery_update'],
): Conversation => ({
  ...conversation,
  messages: conversation.messages.map((message) =>
    message.id === message_id ? { ...message, deliveries } : message,
  ),
});

/**
 * Merges two lists of messages. There is no gap in the lists or between them, so the index of a message
 * follows from its position.
 */
function mergeAdjacent(
  known: readonly Message[],
  firstKnownPosition: number,
  incoming: readonly Message[],
): Message[] {
  const firstPosition = Math.min(firstKnownPosition, incoming[0]!.position);
  const older = incoming.filter((message) => message.position < firstKnownPosition);
  const messages = [...older, ...known];
  for (const message of incoming.slice(older.length)) {
    const index = message.position - firstPosition;
    const previous = messages[index];
    messages[index] = previous === undefined ? message : mergeMessage(previous, message);
  }
  return messages;
}

/**
 * Merges two versions of one message. The incoming version may be older than the known one, because a
 * response can arrive after a newer event. So a read message stays read, and a question that has ended stays
 * so. Events about a message do not say what became of its notifications.
 */
function mergeMessage(known: Message, incoming: Message): Message {
  const hasEnded = known.question_status !== undefined && known.question_status !== 'open';
  const isOutdated = hasEnded && incoming.question_status === 'open';
  return {
    ...(isOutdated ? known : incoming),
    read_at: incoming.read_at ?? known.read_at,
    ...(known.deliveries != null && { deliveries: incoming.deliveries ?? known.deliveries }),
  };
}
