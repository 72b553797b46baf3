import { preview } from '../preview.ts';
import type { Message, Outcome } from '../wire.ts';
import { textOf } from './question-text.ts';

type Status = NonNullable<Message['question_status']>;

/** How the head of a question in the timeline names its state. */
export const STATUS_TEXTS: { readonly [status in Status]: string } = {
  open: 'Question for you',
  answered: 'Question, answered',
  defaulted: 'Question, default answer',
  expired: 'Question, expired',
  withdrawn: 'Question, taken back',
  closed: 'Question, closed',
};

/** Says how a question ended without a person. A question that a person answered needs no such note. */
export const ENDING_NOTES: { readonly [status in Status]: string | null } = {
  open: null,
  answered: null,
  defaulted: 'Default answer, because nobody answered in time',
  expired: 'Expired without an answer',
  withdrawn: 'Taken back by the agent',
  closed: 'Closed with the session',
};

/** Says why an answer came too late for a question that has none. */
export const TOO_LATE_TEXTS: { readonly [status in Outcome['status']]: string } = {
  answered: 'Answered already.',
  defaulted: 'Nobody answered in time, so the question got its default answer.',
  expired: 'The time for this question is over.',
  withdrawn: 'The agent took it back.',
  closed: 'This question was closed with its session.',
};

/** Returns which options of a question its answer has chosen; an empty list if it is a text only. */
export const chosenValues = (answer: Message | null): readonly string[] => answer?.answer_to?.values ?? [];

/**
 * Returns what screen readers have to read out when a question changes; null if it is nothing. The user may
 * be answering a question that ends without them.
 * @param before the question as the page knew it; undefined if it did not
 */
export function endingToTell(before: Message | undefined, after: Message): string | null {
  const note = ENDING_NOTES[after.question_status ?? 'open'];
  return before?.question_status === 'open' && note !== null ? `${note}: ${preview(textOf(after))}` : null;
}
