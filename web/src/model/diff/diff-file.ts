export interface DiffLine {
  readonly kind: 'hunk' | 'context' | 'added' | 'removed' | 'note';
  /** The line's number in the old file; in a merge, in the first parent. Null: it does not have the line. */
  readonly before: number | null;
  /** The line's number in the new file. Null: the new file does not have the line. */
  readonly after: number | null;
  readonly text: string;
}

export interface DiffFile {
  readonly path: string;
  /** The other path of a renamed or copied file, otherwise null. */
  readonly oldPath: string | null;
  readonly kind: 'changed' | 'added' | 'deleted' | 'renamed' | 'copied';
  /** How many lines are new; in a merge, compared with any parent. */
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}

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
