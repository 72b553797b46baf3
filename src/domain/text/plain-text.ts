import { joinLines, splitLines } from './lines.ts';

/**
 * Control and formatting characters. A terminal would obey them, and other screens would show another text
 * than the real one. The joiner and the non-joiner (U+200D, U+200C) are harmless: emoji and languages such as
 * Persian need them.
 */
const UNPRINTABLE = /[[\p{C}\u2028\u2029]--[\u200C\u200D]]/gv;

/** Makes one line that is safe to show. */
export const plainLine = (text: string): string =>
  joinLines(text, ' ⏎ ').replaceAll('\t', ' ').replaceAll(UNPRINTABLE, '�');

/**
 * Makes one line that is safe to show, without a trace of what was removed. For short texts such as names.
 */
export const withoutUnprintable = (text: string): string =>
  joinLines(text, ' ').replaceAll('\t', ' ').replaceAll(UNPRINTABLE, '');

/** Makes text that is safe to show, and keeps its line breaks. */
export const plainText = (text: string): string =>
  splitLines(text)
    .map((line) => plainLine(line))
    .join('\n');
