import { splitAfterLines } from './lines.ts';

/** Opens a block of code. Inline code may also begin with three backticks, but has more of them after it. */
const OPENING_FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING_FENCE = /^ {0,3}(`{3,}|~{3,})[\s\u0085]*$/;
const BLOCK_QUOTE = /^ {0,3}>/;

/** No stored text contains NUL. */
const MASK = '\0';

/**
 * Returns the text with NUL in place of each character that Markdown quotes: in a block of code between
 * fences, also one that never ends, in inline code within one line, and in a block quote. White space stays.
 */
export function maskQuotes(text: string): string {
  if (!/[`~>]/.test(text)) return text;
  let openFence: string | null = null;
  const maskLine = (line: string): string => {
    if (openFence !== null) {
      // Another fence inside is code, if it is shorter or made of the other character.
      if (CLOSING_FENCE.exec(line)?.[1]?.startsWith(openFence)) openFence = null;
      return mask(line);
    }
    openFence = OPENING_FENCE.exec(line)?.[1] ?? null;
    return openFence !== null || BLOCK_QUOTE.test(line) ? mask(line) : maskInlineCode(line);
  };
  return splitAfterLines(text).map(maskLine).join('');
}

const mask = (text: string): string => text.replaceAll(/[^\s\u0085]/g, MASK);

interface BacktickRun {
  readonly start: number;
  readonly length: number;
}

/** Inline code is between two runs of backticks that are equally long. A run without an equal one is text. */
function maskInlineCode(line: string): string {
  if (!line.includes('`')) return line;
  const runs = Array.from(line.matchAll(/`+/g), ({ 0: run, index }) => ({
    start: index,
    length: run.length,
  }));
  const closingRuns = equalRunsAfter(runs);
  let masked = '';
  let position = 0;
  for (const [index, { start }] of runs.entries()) {
    const closing = closingRuns[index];
    if (start < position || closing === undefined) continue;
    const end = closing.start + closing.length;
    masked += line.slice(position, start) + mask(line.slice(start, end));
    position = end;
  }
  return masked + line.slice(position);
}

/** Returns the next run of the same length for each run, found in one pass from the end. */
function equalRunsAfter(runs: readonly BacktickRun[]): (BacktickRun | undefined)[] {
  const nextRuns = new Map<number, BacktickRun>();
  return runs
    .toReversed()
    .map((run) => {
      const next = nextRuns.get(run.length);
      nextRuns.set(run.length, run);
      return next;
    })
    .reverse();
}
