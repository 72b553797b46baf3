/**
 * Control and formatting characters. A terminal would obey them, or show another text than the real one.
 */
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;

/** Makes one line that is safe to show on a terminal. */
export const plainLine = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replaceAll(UNPRINTABLE, '�');

/** Makes text that is safe to show on a terminal, and keeps its line breaks. */
export const plainText = (text: string): string =>
  text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => plainLine(line))
    .join('\n');

/** Makes JSON that is safe to show on a terminal: control characters are escaped. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(/[^\P{C}\n]/gu, (text) =>
    Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Characters that take two columns on a terminal: East Asian letters and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

const columnsOf = (letter: string): number => (WIDE.test(letter) ? 2 : 1);

/** Breaks a line into lines of at most `width` columns, between words if possible. */
export function wrap(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let remaining = [...line];
  for (;;) {
    const fittingCount = countFitting(remaining, width);
    if (fittingCount === remaining.length) return [...lines, remaining.join('')];
    const lastSpace = remaining.lastIndexOf(' ', fittingCount);
    const end = lastSpace > 0 ? lastSpace : Math.max(1, fittingCount);
    lines.push(remaining.slice(0, end).join(''));
    remaining = remaining.slice(lastSpace > 0 ? end + 1 : end);
  }
}

/** Returns how many of the letters fit into `width` columns. */
function countFitting(letters: readonly string[], width: number): number {
  let usedColumns = 0;
  const end = letters.findIndex((letter) => {
    usedColumns += columnsOf(letter);
    return usedColumns > width;
  });
  return end === -1 ? letters.length : end;
}

/** Cuts a text to at most `width` columns. */
export const cut = (text: string, width: number): string => {
  const letters = [...text];
  if (countFitting(letters, width) === letters.length) return text;
  return `${letters.slice(0, countFitting(letters, Math.max(0, width - 1))).join('')}…`;
};
