import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileChange } from './file-change.ts';

/** Returns the text of a file; null if there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new Error(`${path} cannot be read (${code ?? message})`);
  }
}

/**
 * Makes a change. Whoever reads the file meanwhile sees the old text or the new one. A link stays a link, and
 * a file keeps its mode.
 * @param mode of a file that does not exist yet.
 * @returns the folders that had to be made, the innermost last.
 * @throws Error if the file has changed since the change was planned.
 */
export async function writeChange(
  { path, before, after }: FileChange,
  mode = 0o600,
): Promise<readonly string[]> {
  if ((await readText(path)) !== before) {
    throw new Error(`${path} was changed by another program meanwhile. Try again`);
  }
  if (before === after) return [];
  if (after === null) {
    await rm(path);
    return [];
  }
  const folders = await makeFolders(dirname(path));
  await writeText(before === null ? path : await realpath(path), after, mode);
  return folders;
}

/** Removes folders that are empty, the innermost first. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
}

async function writeText(path: string, text: string, newMode: number): Promise<void> {
  const found = await stat(path).catch(() => null);
  const partPath = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(partPath, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(partPath, found === null ? newMode : found.mode & 0o7777);
    await rename(partPath, path);
  } catch (error) {
    await rm(partPath, { force: true });
    throw error;
  }
}

async function makeFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let each = folder; (await stat(each).catch(() => null)) === null; each = dirname(each))
    missing.unshift(each);
  for (const each of missing) await mkdir(each, { mode: 0o700 }).catch(ignoreExisting);
  return missing;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
