/** A question's text, and the answers that it offers to tap. */
export interface Question {
  readonly text: string;
  readonly options: readonly string[];
}

const BEGIN = /\[OPTIONS\]/i;
const END = /\[\/OPTIONS\]/i;
const YES_NO = /\[YES\/NO\]/i;
const NUMBERED = /^\s*\d+[.)]\s+(.*)$/;
/** More than that are no choice but a list. */
const MOST_OPTIONS = 30;

/**
 * Takes `[OPTIONS] 1. … 2. … [/OPTIONS]` or `[YES/NO]` out of a question. An option may go on over
 * several lines. Options all in one line count, too: models write them.
 */
export function parseQuestion(content: string): Question {
  const block = optionsBlock(content);
  if (block !== null) {
    const options = optionsIn(block.inner);
    if (options.length > 0 && options.length <= MOST_OPTIONS) {
      return { text: without(content, block.whole), options };
    }
  }
  const yesNo = YES_NO.exec(content);
  if (yesNo !== null) return { text: without(content, yesNo[0]), options: ['Yes', 'No'] };
  return { text: content, options: [] };
}

/** Looks for either end once: one expression for both would start anew at each of a thousand beginnings. */
function optionsBlock(content: string): { readonly whole: string; readonly inner: string } | null {
  const begin = BEGIN.exec(content);
  if (begin === null) return null;
  const rest = content.slice(begin.index);
  const end = END.exec(rest);
  if (end === null) return null;
  return { whole: rest.slice(0, end.index + end[0].length), inner: rest.slice(begin[0].length, end.index) };
}

const without = (content: string, marker: string): string => content.replace(marker, () => '').trim();

function optionsIn(block: string): string[] {
  const lines = block.trim().split('\n').flatMap(splitNumbers);
  const options: string[] = [];
  for (const line of lines) {
    const numbered = NUMBERED.exec(line);
    if (numbered !== null) options.push(numbered[1]!.trim());
    else if (options.length > 0 && line.trim() !== '') options.push(`${options.pop()} ${line.trim()}`);
  }
  return [...new Set(options)].filter((option) => option !== '');
}

/** `1. Yes 2. No` in one line; only numbers that count on from the first are taken for options. */
function splitNumbers(line: string): string[] {
  const first = /^\s*(\d+)[.)]\s/.exec(line);
  if (first === null) return [line];
  const parts: string[] = [];
  let rest = line;
  for (let next = Number(first[1]) + 1; parts.length <= MOST_OPTIONS; next += 1) {
    const at = rest.search(new RegExp(`\\s${next}[.)]\\s`));
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...parts, rest];
}
