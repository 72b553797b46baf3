/** What a terminal would obey, or that would make a text read otherwise than it is: all but letters and spaces. */
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

/** At most so many characters. */
export const cut = (text: string, width: number): string => {
  const points = [...text];
  return points.length <= width ? text : `${points.slice(0, Math.max(0, width - 1)).join('')}…`;
};
