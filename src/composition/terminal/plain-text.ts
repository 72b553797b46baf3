/**
 * What a terminal would obey, or that would make a text read otherwise than it is: all but letters and
 * spaces.
 */
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;

/** Text from outside as one line that a terminal may show. */
export const plainLine = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replaceAll(UNPRINTABLE, '�');

/** The same with its own lines. */
export const plainText = (text: string): string =>
  text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => plainLine(line))
    .join('\n');

/** JSON that a terminal may show, too: what it would obey is escaped. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(/[^\P{C}\n]/gu, (text) =>
    Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** What takes two columns of a terminal: East Asian letters and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

const columnsOf = (letter: string): number => (WIDE.test(letter) ? 2 : 1);

/** A line as lines of so many columns at the most, broken between words where there are any. */
export function wrapped(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = [...line];
  for (;;) {
    const fitting = fittingIn(rest, width);
    if (fitting === rest.length) return [...lines, rest.join('')];
    const space = rest.lastIndexOf(' ', fitting);
    const end = space > 0 ? space : Math.max(1, fitting);
    lines.push(rest.slice(0, end).join(''));
    rest = rest.slice(space > 0 ? end + 1 : end);
  }
}

/** How many of the letters so many columns hold. */
function fittingIn(letters: readonly string[], width: number): number {
  let used = 0;
  const end = letters.findIndex((letter) => {
    used += columnsOf(letter);
    return used > width;
  });
  return end === -1 ? letters.length : end;
}

/** At most so many columns. */
export const cut = (text: string, width: number): string => {
  const letters = [...text];
  if (fittingIn(letters, width) === letters.length) return text;
  return `${letters.slice(0, fittingIn(letters, Math.max(0, width - 1))).join('')}…`;
};
