import { parseQuestion } from '../../domain/text/question-text.ts';
import { cut, plainLine, plainText, wrapped } from './plain-text.ts';

/** The options of a question by the numbers that `reply` takes for them. */
export const numbered = (options: readonly string[]): readonly string[] =>
  options.map((option, nth) => plainLine(`${nth + 1}. ${option}`));

/** A message in one line; of a question, options instead of their markup. */
export function messageLine(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainLine(text), ...numbered(options)].join('  ');
}

/** A question as a person is asked it where there is room for all of it. */
export function questionText(content: string): string {
  const { text, options } = parseQuestion(content);
  return [plainText(text), ...numbered(options).map((option) => `  ${option}`)].join('\n');
}

const INDENT = '  ';

/**
 * A question, what it offers, and how to answer it. Where that is too long its text is cut, since without the
 * rest nobody could answer.
 * @param name what `reply` knows the instance by.
 * @param most lines at the most.
 */
export function questionLines(
  content: string,
  { name, columns, most }: { readonly name: string; readonly columns: number; readonly most: number },
): readonly string[] {
  const { text, options } = parseQuestion(content);
  const width = Math.max(1, columns - INDENT.length);
  const offered = numbered(options).map((option) => cut(option, width));
  const hint = `agent-dashboard reply ${name} ${options.length > 0 ? '<number or text>' : '<text>'}`;
  const asked = plainText(text)
    .split('\n')
    .flatMap((line) => wrapped(line, width));
  const room = Math.max(1, most - offered.length - 1);
  const shown =
    asked.length <= room ? asked : [...asked.slice(0, room - 1), cut(`${asked[room - 1]}…`, width)];
  return [...shown, ...offered, cut(hint, width)].slice(0, most).map((line) => `${INDENT}${line}`);
}
