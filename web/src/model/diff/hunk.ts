import type { DiffLine } from './diff-file.ts';

/**
 * The first line of a hunk: start and length in the old file, then in the new file, and a heading. A merge
 * has an old file for each parent, and one more `@` for each.
 */
const HUNK_HEADER = /^(@@+)((?: -\d+(?:,\d+)?)+) \+(\d+(?:,\d+)?) (@@+)(.*)$/s;
/** A merge has a few parents. Git itself has no limit. */
const MAX_PARENTS = 100;

/** The lines of one file in a hunk. */
interface Range {
  /** The number of the next line. */
  next: number;
  /** How many lines are still to come. */
  remaining: number;
}

/**
 * Reads the lines of one hunk. The numbers in its first line say how many lines there are. So `--- x` is a
 * removed line inside a hunk, and names a file after it.
 */
export class Hunk {
  /** The text after the numbers, for example the name of a function. */
  readonly heading: string;
  readonly #parents: readonly Range[];
  readonly #result: Range;

  private constructor(heading: string, parents: readonly Range[], result: Range) {
    this.heading = heading;
    this.#parents = parents;
    this.#result = result;
  }

  /** Returns null if the line does not begin a hunk. */
  static begin(line: string): Hunk | null {
    const [, signs = '', olds = '', now = '', endSigns, heading = ''] = HUNK_HEADER.exec(line) ?? [];
    const parents = olds
      .trim()
      .split(' ')
      .map((range) => readRange(range.slice(1)));
    if (signs === '' || signs !== endSigns || parents.length !== signs.length - 1) return null;
    return parents.length > MAX_PARENTS ? null : new Hunk(heading.trim(), parents, readRange(now));
  }

  get startsAtTop(): boolean {
    return this.#result.next <= 1;
  }

  get isComplete(): boolean {
    return this.#result.remaining <= 0 && this.#parents.every(({ remaining }) => remaining <= 0);
  }

  /**
   * Reads the next line.
   * @returns null if it does not belong to the hunk: the diff was cut.
   */
  read(line: string): DiffLine | null {
    if (line.startsWith('\\')) return { kind: 'note', before: null, after: null, text: line.slice(1).trim() };
    // Each parent has a column. Some tools remove the spaces at the end of a line, or all of an empty one.
    const signs = line.slice(0, this.#parents.length).padEnd(this.#parents.length);
    if (!/^[-+ ]+$/.test(signs)) return null;
    const isRemoved = signs.includes('-');
    const numbers = this.#parents.map((parent, index) => {
      const hasLine = isRemoved ? signs[index] === '-' : signs[index] === ' ';
      return hasLine ? count(parent) : null;
    });
    return {
      kind: isRemoved ? 'removed' : signs.includes('+') ? 'added' : 'context',
      before: numbers[0]!,
      after: isRemoved ? null : count(this.#result),
      text: line.slice(this.#parents.length),
    };
  }
}

function readRange(text: string): Range {
  const [start = '', length = '1'] = text.split(',');
  return { next: Number(start), remaining: Number(length) };
}

/** Counts one line of a range, and returns its number. */
function count(range: Range): number {
  range.remaining -= 1;
  range.next += 1;
  return range.next - 1;
}
