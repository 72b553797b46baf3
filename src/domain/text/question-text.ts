import { splitLines } from './lines.ts';

/** A question's text, and the answers that it suggests. */
export interface Question {
  readonly text: string;
  readonly options: readonly string[];
}

const BEGIN_MARKER = /\[OPTIONS\]/i;
const END_MARKER = /\[\/OPTIONS\]/i;
const YES_NO_MARKER = /\[YES\/NO\]/i;
const NUMBERED_LINE = /^\s*\d+[.)]\s+(.*)$/s;
/** A block with more entries is treated as a list in the text. */
const MAX_OPTIONS = 30;

/**
 * Separates a question's text from its options: `[OPTIONS] 1. … 2. … [/OPTIONS]` or `[YES/NO]`. An option may
 * have several lines, and several options may be in one line, because language models write both.
 */
export function parseQuestion(content: string): Question {
  const block = findOptionsBlock(content);
  if (block !== null) {
    const options = parseOptions(block.textInside);
    if (options.length > 0 && options.length <= MAX_OPTIONS) {
      return { text: removeMarker(content, block.textWithMarkers), options };
    }
  }
  const yesNo = YES_NO_MARKER.exec(content);
  if (yesNo !== null) return { text: removeMarker(content, yesNo[0]), options: ['Yes', 'No'] };
  return { text: content, options: [] };
}

/**
 * Searches for each marker separately. A single expression for both would be slow for a text with thousands
 * of `[OPTIONS]`, because it would search for the end again after each of them.
 */
function findOptionsBlock(content: string) {
  const begin = BEGIN_MARKER.exec(content);
  if (begin === null) return null;
  const fromBegin = content.slice(begin.index);
  const end = END_MARKER.exec(fromBegin);
  if (end === null) return null;
  return {
    textWithMarkers: fromBegin.slice(0, end.index + end[0].length),
    textInside: fromBegin.slice(begin[0].length, end.index),
  };
}

const removeMarker = (content: string, marker: string): string => content.replace(marker, () => '').trim();

function parseOptions(block: string): string[] {
  const lines = splitLines(block.trim()).flatMap(splitNumbers);
  const options: string[] = [];
  for (const line of lines) {
    const numbered = NUMBERED_LINE.exec(line);
    if (numbered !== null) options.push(numbered[1]!.trim());
    else if (options.length > 0 && line.trim() !== '') options.push(`${options.pop()} ${line.trim()}`);
  }
  return [...new Set(options)].filter((option) => option !== '');
}

/**
 * Splits `1. Yes 2. No` into two lines. A number starts an option only if it is one higher than the number
 * before it.
 */
function splitNumbers(line: string): string[] {
  const firstNumber = /^\s*(\d+)[.)]\s/.exec(line);
  if (firstNumber === null) return [line];
  const parts: string[] = [];
  let remaining = line;
  for (let next = Number(firstNumber[1]) + 1; parts.length <= MAX_OPTIONS; next += 1) {
    const nextStart = remaining.search(new RegExp(`\\s${next}[.)]\\s`));
    if (nextStart < 0) break;
    parts.push(remaining.slice(0, nextStart));
    remaining = remaining.slice(nextStart + 1);
  }
  return [...parts, remaining];
}
