import { parseQuestion } from '../../domain/text/question-text.ts';
import { typedCommand } from '../typed-command.ts';
import { cut, plainLine, plainText, wrap } from './plain-text.ts';

/** Numbers the options of a question; `reply` accepts these numbers. */
export const numberOptions = (options: readonly string[]): readonly string[] =>
  options.map((option, nth) => plainLine(`${nth + 1}. ${option}`));

/** Returns a message as one line. The options of a question are numbered. */
export function messageLine(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainLine(text), ...numberOptions(options)].join('  ');
}

/** Returns a whole question, with one line for each option. */
export function questionText(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainText(text), ...numberOptions(options).map((option) => `  ${option}`)].join('\n');
}

/** Returns the command that answers a question. @param shortId the short id of the instance. */
export function replyCommand(shortId: string, content: string): string {
  const { options } = parseQuestion(content);
  return typedCommand(`reply ${shortId} ${options.length > 0 ? '<number or text>' : '<text>'}`);
}

const INDENT = '  ';

/**
 * Returns a question, its options, and the command that answers it. If these are too many lines, the
 * question's text is cut, because the person needs the options and the command to answer.
 * @param shortId the short id of the instance, for the command.
 * @param maxLines the largest number of lines.
 */
export function questionLines(
  content: string,
  {
    shortId,
    columns,
    maxLines,
  }: { readonly shortId: string; readonly columns: number; readonly maxLines: number },
): readonly string[] {
  const { text, options } = parseQuestion(content);
  const width = Math.max(1, columns - INDENT.length);
  const optionLines = numberOptions(options).map((option) => cut(option, width));
  const commandLines = [...wrap(replyCommand(shortId, content), width)];
  const maxTextLines = Math.max(1, maxLines - optionLines.length - commandLines.length);
  // One line more than can be shown tells whether the text is cut. A question may have a million characters.
  const textLines = wrapText(plainText(text), { width, maxLines: maxTextLines + 1 });
  const shownText =
    textLines.length <= maxTextLines
      ? textLines
      : [...textLines.slice(0, maxTextLines - 1), cut(`${textLines[maxTextLines - 1]}…`, width)];
  return [...shownText, ...optionLines, ...commandLines].slice(0, maxLines).map((line) => `${INDENT}${line}`);
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
