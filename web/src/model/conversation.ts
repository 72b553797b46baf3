import type { Message } from './wire.ts';

/** The newest messages of one instance that the page has loaded, without a gap between them. */
export interface Conversation {
  /** Sorted by position. */
  readonly messages: readonly Message[];
  readonly gitDiff: string | null;
  /** The diff has changed since it was loaded. */
  readonly gitDiffIsOld: boolean;
  /** A message was missed. Newer messages are not added until the missing ones are loaded. */
  readonly hasGap: boolean;
}

export const emptyConversation: Conversation = {
  messages: [],
  gitDiff: null,
  gitDiffIsOld: false,
  hasGap: false,
};

/** Returns true if the server has no older messages. */
export const hasReachedStart = ({ messages }: Conversation): boolean =>
  messages[0] === undefined || messages[0].position === 1;

export const openQuestions = ({ messages }: Conversation): Message[] =>
  messages.filter((message) => message.question_status === 'open');

/**
 * Adds messages that were loaded or streamed. They may come in any order and more than once.
 * If there is a gap between them and the known messages, the newer of the two are kept: the user wants to
 * see the newest messages.
 */
export function withMessages(conversation: Conversation, incoming: readonly Message[]): Conversation {
  const known = conversation.messages;
  const sorted = incoming.toSorted((one, other) => one.position - other.position);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return conversation;
  const start = known[0];
  const end = known.at(-1);
  if (start === undefined || end === undefined || first.position > end.position + 1) {
    return { ...conversation, messages: sorted, hasGap: false };
  }
  if (last.position < start.position - 1) return conversation;
  return { ...conversation, messages: mergeRuns(known, start.position, sorted), hasGap: false };
}

/** Adds one streamed message. If it skips a position, another message was missed. */
export function withStreamedMessage(conversation: Conversation, message: Message): Conversation {
  const next = (conversation.messages.at(-1)?.position ?? 0) + 1;
  if (message.position > next) return { ...conversation, hasGap: true };
  return withMessages(conversation, [message]);
}

/**
 * Merges two lists of messages. Neither has a gap, and there is none between them, so a message's position
 * gives its index.
 */
function mergeRuns(known: readonly Message[], start: number, incoming: readonly Message[]): Message[] {
  const from = Math.min(start, incoming[0]!.position);
  const older = incoming.filter((message) => message.position < start);
  const messages = [...older, ...known];
  for (const message of incoming.slice(older.length)) {
    const index = message.position - from;
    const previous = messages[index];
    messages[index] = previous === undefined ? message : mergeMessage(previous, message);
  }
  return messages;
}

/**
 * Merges two versions of one message. The incoming version may be older than the known one, because a
 * response can arrive after a newer event. So a read message stays read, and a closed question stays closed.
 */
function mergeMessage(known: Message, incoming: Message): Message {
  const isSettled = known.question_status === 'answered' || known.question_status === 'closed';
  const isOutdated = isSettled && incoming.question_status === 'open';
  return {
    ...(isOutdated ? known : incoming),
    read_at: incoming.read_at ?? known.read_at,
  };
}
