import type { Message } from './wire.ts';

/** A run of an instance's messages, without a gap, up to the newest one known. */
export interface Conversation {
  /** In the order of their positions. */
  readonly messages: readonly Message[];
  readonly gitDiff: string | null;
  /** The diff has changed since it was read. */
  readonly gitDiffIsOld: boolean;
  /** A message was missed: what follows it is not shown before it is read. */
  readonly hasGap: boolean;
}

export const emptyConversation: Conversation = {
  messages: [],
  gitDiff: null,
  gitDiffIsOld: false,
  hasGap: false,
};

/** Whether there is nothing older to ask the server for. */
export const hasReachedStart = ({ messages }: Conversation): boolean =>
  messages[0] === undefined || messages[0].position === 1;

export const openQuestions = ({ messages }: Conversation): Message[] =>
  messages.filter((message) => message.question_status === 'open');

/**
 * Adds what was read or streamed, in any order and however often. Messages that do not touch the run:
 * older ones replace nothing, newer ones replace the run (there is a hole before them, and the newest
 * messages are what the person wants to see).
 */
export function withMessages(conversation: Conversation, incoming: readonly Message[]): Conversation {
  const run = conversation.messages;
  const sorted = incoming.toSorted((one, other) => one.position - other.position);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return conversation;
  const start = run[0];
  const end = run.at(-1);
  if (start === undefined || end === undefined || first.position > end.position + 1) {
    return { ...conversation, messages: sorted, hasGap: false };
  }
  if (last.position < start.position - 1) return conversation;
  return { ...conversation, messages: mergeRuns(run, start.position, sorted), hasGap: false };
}

/** One streamed message: one that skips a position tells that another was missed. */
export function withStreamedMessage(conversation: Conversation, message: Message): Conversation {
  const next = (conversation.messages.at(-1)?.position ?? 0) + 1;
  if (message.position > next) return { ...conversation, hasGap: true };
  return withMessages(conversation, [message]);
}

/** Both runs are without gaps and touch, so a position tells its place. */
function mergeRuns(run: readonly Message[], start: number, incoming: readonly Message[]): Message[] {
  const from = Math.min(start, incoming[0]!.position);
  const older = incoming.filter((message) => message.position < start);
  const messages = [...older, ...run];
  for (const message of incoming.slice(older.length)) {
    const place = message.position - from;
    const known = messages[place];
    messages[place] = known === undefined ? message : mergeMessage(known, message);
  }
  return messages;
}

/**
 * A page that was read before an event may arrive after it. What was handed over stays handed over, and
 * a question that is settled does not open again.
 */
function mergeMessage(known: Message, incoming: Message): Message {
  const settled = known.question_status === 'answered' || known.question_status === 'closed';
  const reopened = settled && incoming.question_status === 'open';
  return {
    ...(reopened ? known : incoming),
    read_at: incoming.read_at ?? known.read_at,
  };
}
