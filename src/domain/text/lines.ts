/**
 * The line ends of a text for people: those of all systems and those of Unicode. Formats have their own. A
 * git diff, for example, has only line feeds.
 */
const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

/** The place after a line end, but not the one in the middle of `\r\n`. */
const AFTER_LINE_END = /(?<=[\n\v\f\u0085\u2028\u2029]|\r(?!\n))/;

export const splitLines = (text: string): string[] => text.split(LINE_END);

/** Returns the lines of a text, each together with its line end. Joined, they are the text again. */
export const splitAfterLines = (text: string): string[] => text.split(AFTER_LINE_END);

/**
 * Makes one line of a text. Line ends, with the white space and empty lines around them, become `separator`.
 */
export function joinLines(text: string, separator: string): string {
  const lines = splitLines(text);
  if (lines.length === 1) return text;
  const [first = '', ...others] = lines;
  const last = others.pop()!;
  const between = others.map((line) => line.trim()).filter((line) => line !== '');
  return [first.trimEnd(), ...between, last.trimStart()].join(separator);
}
