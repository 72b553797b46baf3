import { createHash } from 'node:crypto';
import { applyPatch, createTwoFilesPatch, type StructuredPatch, structuredPatch } from 'diff';
import type { SettingsFile } from './settings-file.ts';

/** What has to be known to take a change back. */
export interface FileRecord {
  readonly path: string;
  /** The SHA-256 of the file after the change. As long as it has it, `undo` restores what had been there. */
  readonly hash: string;
  /** The lines that the change took out, as a patch; null: there was no file. */
  readonly undo: StructuredPatch | null;
  /** See `SettingsFile.places`. */
  readonly places: readonly string[];
  /** The folders that were made for the file, the innermost last. */
  readonly folders: readonly string[];
}

/** A change of a file that is not made yet. Null: there is no file. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Null: nothing of ours is in the file afterwards. */
  readonly record: Omit<FileRecord, 'folders'> | null;
}

/**
 * Says what a file is to become so that it contains what is ours, once.
 * @param record of an earlier change.
 * @throws SettingsError
 */
export function changeToAdd(
  file: SettingsFile,
  before: string | null,
  record: FileRecord | null,
): FileChange {
  const { path } = file;
  const isThere = before !== null && file.contains(before);
  if (isThere && record !== null) return { path, before, after: before, record };
  const original = originalOf(file, before, record);
  // It may still have what a person has put there by hand, which is replaced.
  const without = original === null ? null : file.remove(original, file.places(original));
  const after = isThere ? before : file.add(without);
  const places = undoneBy(before, record) === undefined ? record?.places : undefined;
  const undo = original === null ? null : patchOf(after, isThere ? (without ?? '') : original);
  return {
    path,
    before,
    after,
    record: { path, hash: hashOf(after), undo, places: places ?? file.places(without) },
  };
}

/**
 * Says what a file is to become so that it contains nothing of ours any more.
 * @throws SettingsError
 */
export function changeToRemove(
  file: SettingsFile,
  before: string | null,
  record: FileRecord | null,
): FileChange {
  return { path: file.path, before, after: originalOf(file, before, record), record: null };
}

/** Shows a change as a diff. */
export function diffOf({ path, before, after }: FileChange): string {
  const [from, to] = [before === null ? '/dev/null' : path, after === null ? '/dev/null' : path];
  const [, ...lines] = createTwoFilesPatch(from, to, before ?? '', after ?? '', undefined, undefined).split(
    '\n',
  );
  return lines.join('\n');
}

/** Returns the text without what is ours: as it was, if nothing else has changed since; null: no file. */
function originalOf(file: SettingsFile, text: string | null, record: FileRecord | null): string | null {
  if (text === null) return null;
  const undone = undoneBy(text, record);
  if (undone !== undefined) return undone;
  // Without a record, what a person has put there by hand stays for now.
  return record === null ? text : file.remove(text, record.places);
}

/** Returns what was there before the change; undefined if the file has changed since. */
function undoneBy(text: string | null, record: FileRecord | null): string | null | undefined {
  if (text === null || record === null || hashOf(text) !== record.hash) return undefined;
  if (record.undo === null) return null;
  const undone = applyPatch(text, record.undo, { autoConvertLineEndings: false });
  return undone === false ? undefined : undone;
}

/** Makes a patch with only the lines that differ: the others may contain secrets of other programs. */
function patchOf(from: string, to: string): StructuredPatch {
  const patch = structuredPatch('', '', from, to, '', '', { context: 0 });
  const isExact = applyPatch(from, patch, { autoConvertLineEndings: false }) === to;
  return isExact ? patch : structuredPatch('', '', from, to, '', '', { context: Number.MAX_SAFE_INTEGER });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
