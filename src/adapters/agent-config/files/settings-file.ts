/**
 * A file of a coding agent, and what is added to it. The functions are pure, and get the whole text of the
 * file; null stands for a file that does not exist.
 */
export interface SettingsFile {
  readonly path: string;
  /**
   * Adds what is ours to a text that does not contain it.
   * @throws SettingsError if the text cannot be read, or has no place for it.
   */
  add(text: string | null): string;
  /** Says whether the text has what is ours, once and as it should be. */
  contains(text: string): boolean;
  /**
   * Takes out what is ours, wherever it is by now. Does nothing where there is nothing.
   * @param places what `places` returned before it was added.
   * @returns null if nothing is left that had been there before.
   * @throws SettingsError if the text cannot be read.
   */
  remove(text: string, places: readonly string[]): string | null;
  /** Names the places of the text that are not ours, although `remove` could take them for ours. */
  places(text: string | null): readonly string[];
}

/** A file of an agent's settings that cannot be read or changed. The message names the file and the line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    path: string,
    offsetOrLine: number | { readonly text: string; readonly offset: number },
    problem: string,
  ) {
    const line =
      typeof offsetOrLine === 'number' ? offsetOrLine : lineAt(offsetOrLine.text, offsetOrLine.offset);
    super(`${path}:${line}: ${problem}. Correct the file, and try again: nothing was changed`);
  }
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
