/** What begins an option of a list: a number, such as `1.`, `(1)`, `１．`, `1、` or `**1.**`, or a bullet. */
export interface OptionMarker {
  /** The markers of one list have the same style. A list with another style belongs to an option. */
  readonly style: string;
  /** null for a bullet. */
  readonly number: number | null;
  /** Whether bold text begins before the number and ends after it: `**1. Yes**`. */
  readonly isBoldOpen: boolean;
  /** Where the marker ends and the text of the option begins. */
  readonly end: number;
}

/** The zeros of the digits that are read: ASCII, Arabic (two kinds), Devanagari and full-width. */
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0xff10];
const DIGIT = `[${ZEROS.map((zero) => String.fromCodePoint(zero, 0x2d, zero + 9)).join('')}]`;
/** A longer number is part of a text, such as a year. */
const NUMBER = `${DIGIT}{1,3}`;
const SPACE_OR_END = '(?:[\\s\\u0085]|$)';
/** Scripts that are written without spaces: `1.是`. */
const UNSPACED = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}]';
/** `1.5 GB` has no marker. A full-width mark is as wide as a mark with a space. */
const ENDS_THERE = `(?:(?<=[.)])(?=(?:\\*\\*)?(?:${SPACE_OR_END}|${UNSPACED}))|(?<=．)(?!${DIGIT})|(?<=[）、]))`;

const NUMBERED =
  `(?<bold>\\*\\*)?(?:[(（](?<bracketed>${NUMBER})[)）]|(?<plain>${NUMBER})(?<mark>[.)．）、]))` +
  `${ENDS_THERE}(?<boldEnd>\\k<bold>)?`;
const BULLET = `(?<bullet>[•・]|[-*+](?=${SPACE_OR_END}))`;
const MARKER = new RegExp(`${NUMBERED}|${BULLET}`, 'uy');

/** Returns the marker that begins at an index of a text; null if none begins there. */
export function optionMarkerAt(text: string, index: number): OptionMarker | null {
  MARKER.lastIndex = index;
  const match = MARKER.exec(text);
  if (match === null) return null;
  const { bold, boldEnd, bracketed, plain, mark, bullet } = match.groups!;
  const number = bracketed ?? plain;
  return {
    style: bullet === undefined ? (mark?.replace('．', '.').replace('）', ')') ?? '()') : 'bullet',
    number: number === undefined ? null : integerOf(number),
    // If `bold` is missing, `boldEnd` is empty.
    isBoldOpen: bold !== undefined && boldEnd === undefined,
    end: index + match[0].length,
  };
}

const integerOf = (number: string): number =>
  Array.from(number, digitOf).reduce((sum, digit) => sum * 10 + digit, 0);

function digitOf(character: string): number {
  const codePoint = character.codePointAt(0)!;
  return codePoint - ZEROS.findLast((zero) => zero <= codePoint)!;
}
