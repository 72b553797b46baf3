import type { DiffFile, DiffLine } from './diff-file.ts';
import { type PathLines, readPaths, unquotePath } from './diff-paths.ts';
import { Hunk } from './hunk.ts';

const FILE_HEADER = /^diff --git (.*)$/s;
/** The header of a file in a merge. It has one path without a prefix. */
const MERGE_HEADER = /^diff --(?:cc|combined) (.*)$/s;
/** With `diff.submodule=log` git prints this instead of a diff. */
const SUBMODULE_HEADER = /^Submodule (.*?) (?:[0-9a-f]{7,}\.{2,3}[0-9a-f]{7,}|contains (?:un|mod))/s;
/** Lines before the first hunk of which nothing is shown. */
const SILENT_LINE = /^(?:index |similarity |dissimilarity |old mode|new mode|mode |\* Unmerged path )/;

/** Parses the output of `git diff`. Never throws: a line that it does not understand becomes a note. */
export function parseDiff(text: string): DiffFile[] {
  const files: FileReader[] = [];
  // Only a line feed ends a line: all other line ends are part of the content.
  for (const line of text.replace(/\n$/, '').split('\n')) {
    // Nothing is lost for a person who reads, and a diff whose line ends were changed is read as well.
    const shownLine = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (files.at(-1)?.readHunkLine(shownLine)) continue;
    const file = FileReader.begin(shownLine);
    if (file !== null) files.push(file);
    else files.at(-1)?.readOtherLine(shownLine);
  }
  return files.map((file) => file.finish());
}

type MutablePathLines = { -readonly [Name in keyof PathLines]: PathLines[Name] };

/** Reads the lines about one file. */
class FileReader {
  readonly #pathLines: MutablePathLines;
  /** The path, if it stands alone in the header. */
  readonly #onlyPath: string | null;
  readonly #lines: DiffLine[] = [];
  #kind: DiffFile['kind'] = 'changed';
  #hunk: Hunk | null = null;
  #isInBinary = false;

  private constructor(header: string, onlyPath: string | null) {
    this.#pathLines = { header, minus: null, plus: null, from: null, to: null };
    this.#onlyPath = onlyPath;
  }

  /** Returns null if the line does not begin a file. */
  static begin(line: string): FileReader | null {
    const header = FILE_HEADER.exec(line)?.[1];
    if (header !== undefined) return new FileReader(header, null);
    const mergePath = MERGE_HEADER.exec(line)?.[1];
    if (mergePath !== undefined) return new FileReader('', unquotePath(mergePath));
    const submodulePath = SUBMODULE_HEADER.exec(line)?.[1];
    if (submodulePath === undefined) return null;
    const submodule = new FileReader('', submodulePath);
    submodule.#addNote(line);
    return submodule;
  }

  /** Returns false if the line does not belong to a hunk. */
  readHunkLine(line: string): boolean {
    if (this.#hunk === null || this.#hunk.isComplete) return false;
    const diffLine = this.#hunk.read(line);
    if (diffLine === null) this.#hunk = null;
    else this.#lines.push(diffLine);
    return diffLine !== null;
  }

  readOtherLine(line: string): void {
    this.#hunk = Hunk.begin(line);
    if (this.#hunk !== null) this.#addHeading(this.#hunk);
    else if (line.startsWith('\\')) this.#addNote(line.slice(1).trim());
    else if (!this.#isInBinary && !this.#readPathLine(line) && !this.#readKind(line) && line !== '')
      this.#addNote(line);
  }

  finish(): DiffFile {
    const { old, new: path } =
      this.#onlyPath === null ? readPaths(this.#pathLines) : { old: this.#onlyPath, new: this.#onlyPath };
    const countOf = (kind: DiffLine['kind']) => this.#lines.filter((line) => line.kind === kind).length;
    return {
      path,
      oldPath: old === path ? null : old,
      kind: this.#kind,
      added: countOf('added'),
      removed: countOf('removed'),
      lines: this.#lines,
    };
  }

  #addHeading({ heading, startsAtTop }: Hunk): void {
    // A hunk that starts at line 1 needs no heading.
    if (this.#lines.length > 0 || heading !== '' || !startsAtTop)
      this.#lines.push({ kind: 'hunk', before: null, after: null, text: heading });
  }

  #addNote(text: string): void {
    this.#lines.push({ kind: 'note', before: null, after: null, text });
  }

  /** Reads a line that names a path. Returns false for any other line. */
  #readPathLine(line: string): boolean {
    const [, keyword = '', path = ''] = /^(--- |\+\+\+ |(?:rename|copy) (?:from|to) )(.*)$/s.exec(line) ?? [];
    if (keyword === '') return false;
    const lines = this.#pathLines;
    if (keyword === '--- ') lines.minus = pathBeforeTab(path);
    else if (keyword === '+++ ') lines.plus = pathBeforeTab(path);
    else if (keyword.endsWith('from ')) lines.from = path;
    else lines.to = path;
    if (keyword.startsWith('rename')) this.#kind = 'renamed';
    else if (keyword.startsWith('copy')) this.#kind = 'copied';
    return true;
  }

  /** Reads a line that says what happened to the file. Returns false for any other line. */
  #readKind(line: string): boolean {
    if (line.startsWith('new file mode')) this.#kind = 'added';
    else if (line.startsWith('deleted file mode')) this.#kind = 'deleted';
    else if (line === 'GIT binary patch') {
      // The lines after it are the content in a form for programs.
      this.#addNote('Binary file');
      this.#isInBinary = true;
    } else return SILENT_LINE.test(line);
    return true;
  }
}

/** Git adds a tab to a path with spaces, and other programs a tab and a time. */
function pathBeforeTab(text: string): string | null {
  const [path = ''] = text.split('\t', 1);
  return path === '/dev/null' ? null : path;
}
