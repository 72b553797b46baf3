import { cutText } from '../../../domain/text/graphemes.ts';
import type { Notice } from '../../../ports/notifier.ts';
import { deadlineText } from '../texts/deadline-text.ts';

/** Two to five parts of an SMS, which depends on the characters. Each part costs. */
const MAX_LENGTH = 320;
const MAX_TITLE_LENGTH = 60;
/** Beyond this, the options are only behind the link. */
const MAX_CHOICES_LENGTH = 120;
const MAX_DEADLINE_LENGTH = 100;

/** The text of an SMS, and whether it numbers the options. */
export interface SmsText {
  readonly text: string;
  readonly isNumbered: boolean;
}

/**
 * Makes the text of an SMS. The link is never cut.
 * @param reply the number of the first option, or of the question itself, and whether it is the only
 * question that waits for a reply; null: replies do not arrive.
 */
export function smsText(
  { title, text, url, question }: Notice,
  reply: { readonly firstNumber: number; readonly isOnly: boolean } | null,
): SmsText {
  const choices = reply === null ? '' : choicesText(question?.options ?? [], reply.firstNumber);
  const isNumbered = choices !== '' && choices.length <= MAX_CHOICES_LENGTH;
  const asksForText = reply !== null && question?.takesText === true && question.options.length === 0;
  const deadline = deadlineText(question) ?? '';
  const after = [
    isNumbered ? choices : asksForText ? textChoice(reply) : '',
    deadline.length <= MAX_DEADLINE_LENGTH ? deadline : '',
    url,
  ].filter((line) => line !== '');
  const begin = text === '' ? withDots(title, MAX_LENGTH / 2) : `${withDots(title, MAX_TITLE_LENGTH)}:`;
  const room = MAX_LENGTH - [begin, ...after].join('\n').length - 1;
  const middle = text === '' || room < 2 ? [] : [withDots(text, room)];
  return { text: [begin, ...middle, ...after].join('\n'), isNumbered };
}

const choicesText = (options: readonly { readonly label: string }[], firstNumber: number): string =>
  options.length === 0
    ? ''
    : `Reply ${options.map(({ label }, nth) => `${firstNumber + nth} for ${label}`).join(', ')}.`;

/** While other questions are open, a reply in words must say which one it answers. */
const textChoice = ({ firstNumber, isOnly }: { firstNumber: number; isOnly: boolean }): string =>
  isOnly ? 'Reply to answer.' : `Reply ${firstNumber} and your answer.`;

const withDots = (text: string, maxLength: number): string =>
  text.length <= maxLength ? text : `${cutText(text, maxLength - 1)}…`;
