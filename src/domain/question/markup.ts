import { isBlank, withoutFinalSpace } from '../text/blank.ts';
import { hasAtMostCodePoints } from '../text/code-points.ts';
import { cutText } from '../text/graphemes.ts';
import { splitAfterLines, splitLines } from '../text/lines.ts';
import { maskQuotes } from '../text/markdown-quotes.ts';
import { type Choice, MAX_LABEL_LENGTH, MAX_OPTIONS, MAX_VALUE_LENGTH } from './choice.ts';
import { readOptionTexts } from './option-list.ts';
import { optionMarkerAt } from './option-marker.ts';

/** A content that ends with markup, in its parts: it is `text` and then `markup`. */
export interface MarkedContent {
  readonly text: string;
  readonly markup: string;
  readonly choice: Choice;
}

/** After a backslash, Markdown shows a bracket as it is. */
const FINAL_MARKER = /(?<!\\)\[(?:YES\/NO|\/OPTIONS)\]$/i;
const BLOCK_MARKER = /(?<!\\)\[(?<slash>\/?)OPTIONS\]/gi;
/** The longest final marker and a character before it. */
const FINAL_LENGTH = '\\[/OPTIONS]'.length;
const SPACE = /[\s\u0085]*/y;

/**
 * Separates a question's text from the markup at its end: `[OPTIONS] 1. … 2. … [/OPTIONS]` or `[YES/NO]`.
 * Markup that is quoted, or that the text only mentions, is part of the text.
 * @returns null if the content has no valid markup at its end, or no text before it. All of it is then text.
 */
export function parseMarkup(content: string): MarkedContent | null {
  const { length: end } = withoutFinalSpace(content);
  const finalMarker = FINAL_MARKER.exec(content.slice(Math.max(0, end - FINAL_LENGTH), end))?.[0];
  if (finalMarker === undefined) return null;
  const visible = maskQuotes(content.slice(0, end));
  if (!visible.endsWith(finalMarker)) return null;

  const isBlock = finalMarker.startsWith('[/');
  const finalStart = end - finalMarker.length;
  const start = isBlock ? findBlock(visible.slice(0, finalStart)) : finalStart;
  if (start === null) return null;
  const text = withoutFinalSpace(content.slice(0, start));
  if (isBlank(text)) return null;
  const list = [start + '[OPTIONS]'.length, finalStart] as const;
  const values = isBlock
    ? validValues(readOptionTexts(content.slice(...list), visible.slice(...list)))
    : ['Yes', 'No'];
  return values === null ? null : { text, markup: content.slice(text.length), choice: choiceOf(values) };
}

/**
 * Returns where the last `[OPTIONS]` begins that is not closed and is followed by an option; null if there is
 * none. Inside a block, a marker in the line of an option is part of that option.
 */
function findBlock(text: string): number | null {
  let start: number | null = null;
  let lineStart = 0;
  for (const line of splitAfterLines(text)) {
    const markers = line.includes('[') ? [...line.matchAll(BLOCK_MARKER)] : [];
    const isInOption = markers.length > 0 && optionMarkerAt(line, line.search(/\S/)) !== null;
    for (const { 0: marker, index, groups } of markers) {
      if (groups!.slash !== '') start = null;
      else if (start !== null && isInOption) continue;
      else if (hasOptionAt(text, lineStart + index + marker.length)) start = lineStart + index;
    }
    lineStart += line.length;
  }
  return start;
}

/** Checks that only white space is before the next option. A dash in a sentence is no bullet. */
function hasOptionAt(text: string, index: number): boolean {
  SPACE.lastIndex = index;
  const space = SPACE.exec(text)![0];
  const marker = optionMarkerAt(text, index + space.length);
  return marker !== null && (marker.number !== null || splitLines(space).length > 1);
}

/** Returns null if a question cannot have these options. */
function validValues(texts: readonly string[]): string[] | null {
  const values = [...new Set(texts)].filter((value) => value !== '');
  const isValid = values.length > 0 && values.length <= MAX_OPTIONS;
  return isValid && values.every((value) => hasAtMostCodePoints(value, MAX_VALUE_LENGTH)) ? values : null;
}

const choiceOf = (values: readonly string[]): Choice => ({
  options: values.map((value) => ({ label: labelOf(value), value, description: null })),
  multiple: false,
  min: 1,
  max: 1,
});

function labelOf(value: string): string {
  if (hasAtMostCodePoints(value, MAX_LABEL_LENGTH)) return value;
  const roomBeforeEllipsis = [...value].slice(0, MAX_LABEL_LENGTH - 1).join('').length;
  return `${cutText(value, roomBeforeEllipsis).trimEnd()}…`;
}
