import { parseQuestion } from '../../domain/text/question-text.ts';
import { cut, plainLine, plainText, wrap } from './plain-text.ts';

/** Numbers the options of a question; `reply` accepts these numbers. */
export const numberOptions = (options: readonly string[]): readonly string[] =>
  options.map((option, nth) => plainLine(`${nth + 1}. ${option}`));

/** A message as one line. The options of a question are numbered. */
export function messageLine(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainLine(text), ...numberOptions(options)].join('  ');
}

/** A whole question, with one line for each option. */
export function questionText(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainText(text), ...numberOptions(options).map((option) => `  ${option}`)].join('\n');
}

const INDENT = '  ';

/**
 * A question, its options, and the command that answers it. When this is too long the question's text is cut,
 * because the rest is needed to answer.
 * @param name how `reply` names the instance.
 * @param most the largest number of lines.
 */
export function questionLines(
  content: string,
  { name, columns, most }: { readonly name: string; readonly columns: number; readonly most: number },
): readonly string[] {
  const { text, options } = parseQuestion(content);
  const width = Math.max(1, columns - INDENT.length);
  const optionLines = numberOptions(options).map((option) => cut(option, width));
  const hint = `agent-dashboard reply ${name} ${options.length > 0 ? '<number or text>' : '<text>'}`;
  const asked = plainText(text)
    .split('\n')
    .flatMap((line) => wrap(line, width));
  const room = Math.max(1, most - optionLines.length - 1);
  const shown =
    asked.length <= room ? asked : [...asked.slice(0, room - 1), cut(`${asked[room - 1]}…`, width)];
  return [...shown, ...optionLines, cut(hint, width)].slice(0, most).map((line) => `${INDENT}${line}`);
}
