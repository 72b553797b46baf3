import type { ConversationMessage } from '../../adapters/client/client.ts';
import { plainLine, plainText } from '../../domain/text/plain-text.ts';
import { typedCommand } from '../typed-command.ts';
import { deadlineText } from './deadline-text.ts';
import { fieldLines } from './form-fields.ts';
import { cut, wrap } from './plain-text.ts';

/** A message of a conversation, as far as its lines need it. */
export type ShownMessage = Pick<ConversationMessage, 'content' | 'question' | 'expires_at'>;

type Options = NonNullable<NonNullable<ConversationMessage['question']>['options']>;

/** Numbers the options of a question; `reply` accepts these numbers. */
export const numberOptions = (options: Options): readonly string[] =>
  options.map(({ label, description }, nth) =>
    plainLine(`${nth + 1}. ${label}${description === null ? '' : ` (${description})`}`),
  );

/** Returns the text of a message without the markup from which its options were read. */
export const questionTextOf = ({ content, question }: ShownMessage): string => question?.text ?? content;

/** Returns a message as one line. The options of a question are numbered. */
export const messageLine = (message: ShownMessage): string =>
  [plainLine(questionTextOf(message)), ...offerLines(message)].join('  ');

/** Returns a whole question, with one line for each option or field, and its deadline. */
export const questionText = (message: ShownMessage, now: number): string =>
  [
    plainText(questionTextOf(message)),
    ...[...offerLines(message), ...deadlineLines(message, now)].map((line) => `${INDENT}${line}`),
  ].join('\n');

/** Returns what a question offers, and what it asks for besides a text. */
function offerLines({ question = null }: ShownMessage): readonly string[] {
  if (question?.form != null) return fieldLines(question.form);
  if (question?.options == null) return [];
  const { options, multiple, min, max } = question;
  const count = min === max ? `${min}` : `${min} to ${max}`;
  return [...(multiple ? [`Choose ${count} of:`] : []), ...numberOptions(options)];
}

/** Returns when a question ends by itself, and how, as one line; none if it has no deadline. */
export function deadlineLines(message: ShownMessage, now: number): readonly string[] {
  const text = deadlineText(message, now);
  return text === null ? [] : [text];
}

/** Returns the command that answers a question. @param shortId the short id of the instance. */
export function replyCommand(shortId: string, { question = null }: ShownMessage): string {
  return typedCommand(`reply ${shortId} ${answerPattern(question)}`);
}

function answerPattern(question: ShownMessage['question'] | null): string {
  if (question?.form != null) return '--field <name>=<value> …';
  if (question?.options == null) return '<text>';
  return question.multiple ? '<numbers or text>' : '<number or text>';
}

const INDENT = '  ';

/**
 * Returns a question, its options or fields, its deadline, and the command that answers it. If these are too
 * many lines, the question's text is cut, because the person needs the rest to answer.
 */
export function questionLines(
  message: ShownMessage,
  { shortId, columns, maxLines, now }: QuestionSpace,
): readonly string[] {
  const width = Math.max(1, columns - INDENT.length);
  const offer = [...offerLines(message), ...deadlineLines(message, now)].map((line) => cut(line, width));
  const commandLines = [...wrap(replyCommand(shortId, message), width)];
  const maxTextLines = Math.max(1, maxLines - offer.length - commandLines.length);
  // One line more than can be shown tells whether the text is cut. A question may have a million characters.
  const textLines = wrapText(plainText(questionTextOf(message)), { width, maxLines: maxTextLines + 1 });
  const shownText =
    textLines.length <= maxTextLines
      ? textLines
      : [...textLines.slice(0, maxTextLines - 1), cut(`${textLines[maxTextLines - 1]}…`, width)];
  return [...shownText, ...offer, ...commandLines].slice(0, maxLines).map((line) => `${INDENT}${line}`);
}

export interface QuestionSpace {
  /** The short id of the instance, for the command. */
  readonly shortId: string;
  readonly columns: number;
  /** The largest number of lines. */
  readonly maxLines: number;
  /** The current time in milliseconds since 1970, for the deadline. */
  readonly now: number;
}

/** Wraps a text until it has `maxLines` lines. */
function wrapText(
  text: string,
  { width, maxLines }: { readonly width: number; readonly maxLines: number },
): readonly string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    for (const part of wrap(line, width)) {
      lines.push(part);
      if (lines.length === maxLines) return lines;
    }
  }
  return lines;
}
