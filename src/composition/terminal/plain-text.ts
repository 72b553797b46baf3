import { graphemesOf } from '../../domain/text/graphemes.ts';

/** Makes JSON that is safe to show on a terminal: control characters are escaped. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replaceAll(/[\p{C}--[\n\u200C\u200D]]/gv, (text) =>
    Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Characters that take two columns on a terminal: East Asian letters and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/**
 * Returns how many columns a grapheme takes at most. Many terminals show joined emoji (`👩‍🚀`) one after the
 * other.
 */
const columnsOf = (grapheme: string): number =>
  grapheme.split('\u200D').reduce((sum, part) => sum + columnsOfUnjoined(part), 0);

/** Emoji have two columns also when their variation selector makes them one (`❤️`). */
function columnsOfUnjoined(text: string): number {
  if (text === '') return 0;
  return WIDE.test(text) || text.includes('\uFE0F') ? 2 : 1;
}

/** Returns how many columns of a terminal a line takes. */
export function columnsIn(line: string): number {
  let columns = 0;
  for (const grapheme of graphemesOf(line)) columns += columnsOf(grapheme);
  return columns;
}

/** Breaks a line into lines of at most `width` columns, between words if possible. */
export function* wrap(line: string, width: number): Generator<string> {
  /** The graphemes of the line that is being filled, and the columns that they take. */
  let graphemes: string[] = [];
  let columns = 0;
  for (const grapheme of graphemesWithin(line, width)) {
    if (graphemes.length > 0 && columns + columnsOf(grapheme) > width) {
      // A space at the end of a full line is not carried over to the next one.
      const lastSpace = grapheme === ' ' ? graphemes.length : graphemes.lastIndexOf(' ');
      const end = lastSpace > 0 ? lastSpace : graphemes.length;
      yield graphemes.slice(0, end).join('');
      graphemes = [...graphemes, grapheme].slice(lastSpace > 0 ? end + 1 : end);
      columns = graphemes.reduce((sum, each) => sum + columnsOf(each), 0);
    } else {
      graphemes.push(grapheme);
      columns += columnsOf(grapheme);
    }
  }
  yield graphemes.join('');
}

/** Divides a grapheme that is wider than a line: an agent can join any number of emoji. */
function* graphemesWithin(line: string, width: number): Generator<string> {
  for (const grapheme of graphemesOf(line)) {
    if (columnsOf(grapheme) <= width) yield grapheme;
    else yield* grapheme;
  }
}

/** Cuts a line to at most `width` columns. */
export function cut(line: string, width: number): string {
  let columns = 0;
  /** The start of the line that leaves one column for the ellipsis. */
  let start = '';
  for (const grapheme of graphemesOf(line)) {
    columns += columnsOf(grapheme);
    if (columns > width) return `${start}…`;
    if (columns < width) start += grapheme;
  }
  return line;
}
