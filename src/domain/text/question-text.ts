/** A question's text, and the answers that it suggests. */
export interface Question {
  readonly text: string;
  readonly options: readonly string[];
}

const BEGIN = /\[OPTIONS\]/i;
const END = /\[\/OPTIONS\]/i;
const YES_NO = /\[YES\/NO\]/i;
const NUMBERED = /^\s*\d+[.)]\s+(.*)$/;
/** A longer block is treated as a list in the text, not as options. */
const MAX_OPTIONS = 30;

/**
 * Separates a question's text from its options: `[OPTIONS] 1. … 2. … [/OPTIONS]` or `[YES/NO]`. An option
 * may have several lines, and several options may be in one line, because models write both.
 */
export function parseQuestion(content: string): Question {
  const block = findOptionsBlock(content);
  if (block !== null) {
    const options = parseOptions(block.inner);
    if (options.length > 0 && options.length <= MAX_OPTIONS) {
      return { text: removeMarker(content, block.whole), options };
    }
  }
  const yesNo = YES_NO.exec(content);
  if (yesNo !== null) return { text: removeMarker(content, yesNo[0]), options: ['Yes', 'No'] };
  return { text: content, options: [] };
}

/**
 * Searches for each marker separately. A single expression for both would be slow for a text with thousands
 * of `[OPTIONS]`, because it would search for the end again after each of them.
 */
function findOptionsBlock(content: string): { readonly whole: string; readonly inner: string } | null {
  const begin = BEGIN.exec(content);
  if (begin === null) return null;
  const rest = content.slice(begin.index);
  const end = END.exec(rest);
  if (end === null) return null;
  return { whole: rest.slice(0, end.index + end[0].length), inner: rest.slice(begin[0].length, end.index) };
}

const removeMarker = (content: string, marker: string): string => content.replace(marker, () => '').trim();

function parseOptions(block: string): string[] {
  const lines = block.trim().split('\n').flatMap(splitNumbers);
  const options: string[] = [];
  for (const line of lines) {
    const numbered = NUMBERED.exec(line);
    if (numbered !== null) options.push(numbered[1]!.trim());
    else if (options.length > 0 && line.trim() !== '') options.push(`${options.pop()} ${line.trim()}`);
  }
  return [...new Set(options)].filter((option) => option !== '');
}

/** Splits `1. Yes 2. No` into two lines. Only numbers that follow each other start an option. */
function splitNumbers(line: string): string[] {
  const first = /^\s*(\d+)[.)]\s/.exec(line);
  if (first === null) return [line];
  const parts: string[] = [];
  let rest = line;
  for (let next = Number(first[1]) + 1; parts.length <= MAX_OPTIONS; next += 1) {
    const nextStart = rest.search(new RegExp(`\\s${next}[.)]\\s`));
    if (nextStart < 0) break;
    parts.push(rest.slice(0, nextStart));
    rest = rest.slice(nextStart + 1);
  }
  return [...parts, rest];
}
