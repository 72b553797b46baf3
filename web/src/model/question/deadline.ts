import { cutText } from '../../../../src/domain/text/graphemes.ts';
import { remainingTime, SHOWN_IN_SECONDS_MS } from '../../../../src/domain/text/remaining-time.ts';
import type { Message } from '../wire.ts';
import { defaultAnswerText } from './answer.ts';

const SECOND_MS = 1_000;

const MAX_ANSWER_CHARACTERS = 120;
/** The server accepts no later deadline. */
const MAX_EXPIRY_SECONDS = 30 * 24 * 60 * 60;

/**
 * Whether the time that is left has to be shown to the second soon. `now` may be 20 seconds old, so this
 * begins earlier.
 */
export const needsSeconds = (expiresAt: string, now: number): boolean =>
  Date.parse(expiresAt) - now < SHOWN_IN_SECONDS_MS + 30 * SECOND_MS;

/** Returns how much time is left, for example `12 min left`, and `40 s left` at the end. */
export function timeLeft(expiresAt: string, now: number): string {
  const leftMs = Date.parse(expiresAt) - now;
  return leftMs <= 0 ? 'time is over' : `${remainingTime(leftMs)} left`;
}

/** Says what happens when the time of a question is over. */
export function afterDeadline(question: Message): string {
  const answer = defaultAnswerText(question);
  if (answer === null) return 'Then: no answer';
  // White space is removed below, so more characters are taken than are shown.
  const inOneLine = cutText(answer, 4 * MAX_ANSWER_CHARACTERS).replace(/\s+/g, ' ');
  const text = cutText(inOneLine, MAX_ANSWER_CHARACTERS);
  return `Then the answer is: ${text}${text.length < inOneLine.length ? ' …' : ''}`;
}

/** Returns after how many seconds from now a question ends that gets more time. */
export function postponedBy(addedSeconds: number, expiresAt: string, now: number): number {
  const leftSeconds = Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / SECOND_MS));
  return Math.min(MAX_EXPIRY_SECONDS, leftSeconds + addedSeconds);
}
