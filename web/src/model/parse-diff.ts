export interface DiffLine {
  readonly kind: 'hunk' | 'context' | 'added' | 'removed' | 'note';
  /** The line's number in the old file. Null: the old file does not have the line. */
  readonly before: number | null;
  /** The line's number in the new file. Null: the new file does not have the line. */
  readonly after: number | null;
  readonly text: string;
}

export interface DiffFile {
  readonly path: string;
  /** The path before a rename, otherwise null. */
  readonly oldPath: string | null;
  readonly kind: 'changed' | 'added' | 'deleted' | 'renamed';
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}

type MutableDiffFile = { -readonly [Key in keyof DiffFile]: DiffFile[Key] } & { lines: DiffLine[] };

/** The first line of a hunk: start and length in the old file, start and length in the new file, heading. */
const HUNK_HEADER = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

/** Parses the output of `git diff`. Never throws: a line that it does not understand becomes a note. */
export function parseDiff(text: string): DiffFile[] {
  const files: MutableDiffFile[] = [];
  /**
   * How many lines of the current hunk are still to come. Inside a hunk, a line `--- x` is a removed line;
   * outside, it names a file.
   */
  let remaining = { before: 0, after: 0 };
  let nextLineNumber = { before: 0, after: 0 };
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const file = files.at(-1);
    const isInHunk = remaining.before > 0 || remaining.after > 0;
    if (file !== undefined && isInHunk && addHunkLine(file, line, nextLineNumber, remaining)) continue;
    if (line.startsWith('diff --git ')) {
      files.push(newFile(line));
      remaining = { before: 0, after: 0 };
      continue;
    }
    if (file === undefined) continue;
    const hunk = HUNK_HEADER.exec(line);
    if (hunk === null) readHeaderLine(file, line);
    else {
      nextLineNumber = { before: Number(hunk[1]), after: Number(hunk[3]) };
      remaining = { before: Number(hunk[2] ?? 1), after: Number(hunk[4] ?? 1) };
      const heading = hunk[5]!.trim();
      // A hunk that starts at line 1 needs no heading.
      if (file.lines.length > 0 || heading !== '' || nextLineNumber.after > 1) {
        file.lines.push({ kind: 'hunk', before: null, after: null, text: heading });
      }
    }
  }
  return files;
}

/** A number for the old file and one for the new file. */
interface BeforeAndAfter {
  before: number;
  after: number;
}

/**
 * Adds one line of a hunk to its file. Updates the line numbers and the remaining lines.
 * @returns false if the line is not part of the hunk, because the hunk is shorter than its header says
 */
function addHunkLine(
  file: MutableDiffFile,
  line: string,
  nextLineNumber: BeforeAndAfter,
  remaining: BeforeAndAfter,
): boolean {
  const text = line.slice(1);
  switch (line[0]) {
    case '+':
      remaining.after -= 1;
      file.added += 1;
      file.lines.push({ kind: 'added', before: null, after: nextLineNumber.after++, text });
      return true;
    case '-':
      remaining.before -= 1;
      file.removed += 1;
      file.lines.push({ kind: 'removed', before: nextLineNumber.before++, after: null, text });
      return true;
    // Some tools remove the space of an empty line.
    case undefined:
    case ' ':
      remaining.before -= 1;
      remaining.after -= 1;
      file.lines.push({
        kind: 'context',
        before: nextLineNumber.before++,
        after: nextLineNumber.after++,
        text,
      });
      return true;
    case '\\':
      file.lines.push({ kind: 'note', before: null, after: null, text: text.trim() });
      return true;
    default:
      remaining.before = 0;
      remaining.after = 0;
      return false;
  }
}

/** Reads a line that belongs to no hunk. Adds it as a note if it is not one of the usual header lines. */
function readHeaderLine(file: MutableDiffFile, line: string): void {
  if (line.startsWith('new file mode')) file.kind = 'added';
  else if (line.startsWith('deleted file mode')) file.kind = 'deleted';
  else if (line.startsWith('rename from ')) {
    file.kind = 'renamed';
    file.oldPath = line.slice('rename from '.length);
  } else if (line.startsWith('rename to ')) file.path = line.slice('rename to '.length);
  else if (line.startsWith('--- ') && !line.endsWith('/dev/null')) file.path = pathIn(line);
  else if (line.startsWith('+++ ') && !line.endsWith('/dev/null')) file.path = pathIn(line);
  else if (line.startsWith('\\'))
    file.lines.push({ kind: 'note', before: null, after: null, text: line.slice(2) });
  else if (/^(?:index |similarity |dissimilarity |old mode|new mode|--- |\+\+\+ |copy )/.test(line)) return;
  else if (line !== '') file.lines.push({ kind: 'note', before: null, after: null, text: line });
}

/** Returns the path in `+++ b/src/x.ts`, without git's quotes around it or the tab after it. */
const pathIn = (line: string): string =>
  line
    .slice(4)
    .replace(/\t.*$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^[abciow]\//, '');

const newFile = (header: string): MutableDiffFile => ({
  // The second path in `diff --git a/x b/x`. A later `+++` line replaces it.
  path: / "?b\/(.*?)"?$/.exec(header)?.[1] ?? header,
  oldPath: null,
  kind: 'changed',
  added: 0,
  removed: 0,
  lines: [],
});

/** One row of the diff view: the header of a file, or one line. */
export type DiffRow =
  | { readonly kind: 'file'; readonly file: DiffFile; readonly key: string }
  | { readonly kind: 'line'; readonly line: DiffLine; readonly key: string };

/**
 * Returns all rows to show, as one list. A collapsed file has only its header row.
 * @param collapsed the paths of the collapsed files
 */
export function diffRows(files: readonly DiffFile[], collapsed: ReadonlySet<string>): DiffRow[] {
  return files.flatMap((file, index): DiffRow[] => {
    const header: DiffRow = { kind: 'file', file, key: `${index}` };
    if (collapsed.has(file.path)) return [header];
    return [
      header,
      ...file.lines.map((line, lineIndex): DiffRow => ({ kind: 'line', line, key: `${index}:${lineIndex}` })),
    ];
  });
}
