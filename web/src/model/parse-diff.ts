export interface DiffLine {
  readonly kind: 'hunk' | 'context' | 'added' | 'removed' | 'note';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

export interface DiffFile {
  readonly path: string;
  /** Where it was before, if elsewhere. */
  readonly oldPath: string | null;
  readonly kind: 'changed' | 'added' | 'deleted' | 'renamed';
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}

type Draft = { -readonly [Key in keyof DiffFile]: DiffFile[Key] } & { lines: DiffLine[] };

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

/** Reads what `git diff` writes. What it does not understand it shows as a note, and never fails. */
export function parseDiff(text: string): DiffFile[] {
  const files: Draft[] = [];
  /** How many lines of the hunk are still to come: in it, `--- x` is a line that was removed. */
  let left = { before: 0, after: 0 };
  let at = { before: 0, after: 0 };
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const file = files.at(-1);
    if (file !== undefined && (left.before > 0 || left.after > 0) && hunkLine(file, line, at, left)) continue;
    if (line.startsWith('diff --git ')) {
      files.push(newFile(line));
      left = { before: 0, after: 0 };
      continue;
    }
    if (file === undefined) continue;
    const hunk = HUNK.exec(line);
    if (hunk === null) headLine(file, line);
    else {
      at = { before: Number(hunk[1]), after: Number(hunk[3]) };
      left = { before: Number(hunk[2] ?? 1), after: Number(hunk[4] ?? 1) };
      const heading = hunk[5]!.trim();
      // The beginning of a file needs no line that says so.
      if (file.lines.length > 0 || heading !== '' || at.after > 1) {
        file.lines.push({ kind: 'hunk', before: null, after: null, text: heading });
      }
    }
  }
  return files;
}

interface Counts {
  before: number;
  after: number;
}

/** @returns false if the hunk ends before its head said */
function hunkLine(file: Draft, line: string, at: Counts, left: Counts): boolean {
  const text = line.slice(1);
  switch (line[0]) {
    case '+':
      left.after -= 1;
      file.added += 1;
      file.lines.push({ kind: 'added', before: null, after: at.after++, text });
      return true;
    case '-':
      left.before -= 1;
      file.removed += 1;
      file.lines.push({ kind: 'removed', before: at.before++, after: null, text });
      return true;
    // Some tools trim the blank off an empty line.
    case undefined:
    case ' ':
      left.before -= 1;
      left.after -= 1;
      file.lines.push({ kind: 'context', before: at.before++, after: at.after++, text });
      return true;
    case '\\':
      file.lines.push({ kind: 'note', before: null, after: null, text: text.trim() });
      return true;
    default:
      left.before = 0;
      left.after = 0;
      return false;
  }
}

/** A line between `diff --git` and the first hunk, or after the last. */
function headLine(file: Draft, line: string): void {
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

/** `+++ b/src/x.ts`, with the quotes that git sets around unusual names, and the tab behind others. */
const pathIn = (line: string): string =>
  line
    .slice(4)
    .replace(/\t.*$/, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/^[abciow]\//, '');

const newFile = (head: string): Draft => ({
  // The second half of `diff --git a/x b/x`; what follows tells better where there is a text to compare.
  path: / "?b\/(.*?)"?$/.exec(head)?.[1] ?? head,
  oldPath: null,
  kind: 'changed',
  added: 0,
  removed: 0,
  lines: [],
});

export type DiffRow =
  | { readonly kind: 'file'; readonly file: DiffFile; readonly key: string }
  | { readonly kind: 'line'; readonly line: DiffLine; readonly key: string };

/** All that is to be shown, in one list; of folded files the head only. */
export function diffRows(files: readonly DiffFile[], folded: ReadonlySet<string>): DiffRow[] {
  return files.flatMap((file, index): DiffRow[] => {
    const head: DiffRow = { kind: 'file', file, key: `${index}` };
    if (folded.has(file.path)) return [head];
    return [head, ...file.lines.map((line, at): DiffRow => ({ kind: 'line', line, key: `${index}:${at}` }))];
  });
}
