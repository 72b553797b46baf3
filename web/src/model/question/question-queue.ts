import type { Message } from '../wire.ts';

/** The open questions of one instance, and the one of them that can be answered now. */
export interface QuestionQueue {
  /** Null: there is no question to answer. */
  readonly question: Message | null;
  /** The answer of `question` is on its way to the server. */
  readonly isSending: boolean;
  /** All open questions, the oldest first. */
  readonly open: readonly Message[];
}

interface QueueState {
  readonly open: readonly Message[];
  /** The questions whose answers the server has not confirmed yet. */
  readonly idsBeingAnswered: ReadonlySet<string | null>;
  readonly chosenId: string | null;
  readonly isOnline: boolean;
}

/**
 * Returns the question that the user has chosen, or else the oldest one. While its answer is being sent, it
 * stays: the next one in its place could get a second tap that was not meant for it. Without a connection
 * that may take long, so then the next one follows at once.
 */
export function queueOf({ open, idsBeingAnswered, chosenId, isOnline }: QueueState): QuestionQueue {
  const isBeingAnswered = ({ id }: Message) => idsBeingAnswered.has(id);
  const chosen = open.find(({ id }) => id === chosenId);
  if (chosen !== undefined && isBeingAnswered(chosen) && isOnline)
    return { question: chosen, isSending: true, open };
  const unanswered = open.filter((question) => !isBeingAnswered(question));
  const question = unanswered.find(({ id }) => id === chosenId) ?? unanswered[0] ?? null;
  return { question, isSending: false, open };
}

/**
 * Whether a text that is not meant for the shown question would still become the answer of another one. The
 * server takes it as the answer of the newest open question that a text can answer.
 */
export const wouldAnswerAnother = ({ question, open }: QuestionQueue): boolean =>
  question?.question?.form != null && open.some((other) => other.question?.form == null);
