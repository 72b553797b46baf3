import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

export const DEFAULT_DATA_DIR = './.agent-dashboard';

/** Makes the data folder, readable by its owner only. An existing folder keeps its mode. */
export async function makeDataDir(dataDir: string): Promise<void> {
  const isNew = await makeFolder(dataDir, 0o700);
  if (isNew) await ignoreAll(dataDir);
  else await keepFromGit(dataDir);
}

/**
 * Makes a folder and the folders that contain it. Node's own `recursive` is not used: below /proc, where no
 * folder can be made, it never ends.
 * @returns false when there was a folder.
 * @throws Error with the first reason why a folder cannot be made.
 */
async function makeFolder(path: string, mode?: number): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (found?.isDirectory()) return false;
  if (found === null && dirname(path) !== path) await makeFolder(dirname(path), mode);
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    // Another process may have made the same folder meanwhile. A broken link fails again, with ENOENT.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    return false;
  }
}

/**
 * Adds a `.gitignore`: the folder is often in a repository, and one `git add -A` would publish the key and
 * all messages. A folder that is not named `.agent-dashboard` may contain other files, so it stays as it is.
 */
export async function keepFromGit(dataDir: string): Promise<void> {
  if (basename(resolve(dataDir)) === basename(DEFAULT_DATA_DIR)) await ignoreAll(dataDir);
}

/** Returns whether every user of the machine may put files into the folder. Windows has no such mode. */
export async function isWritableByEverybody(dataDir: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const found = await stat(dataDir).catch(() => null);
  return found !== null && (found.mode & 0o002) !== 0;
}

/** Adds a `.gitignore` that ignores all files. An existing one stays as it is. */
async function ignoreAll(dataDir: string): Promise<void> {
  // A failure is ignored: nothing depends on this file, and a read-only folder with a key is allowed.
  await writeFile(join(dataDir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(() => {});
}

/** Returns the path of the embedded database's folder. */
export const databaseFolder = (dataDir: string): string => join(dataDir, 'database');

/** Makes the folder of the embedded database, for its owner only. PGlite would use the umask. */
export async function makeDatabaseFolder(dataDir: string): Promise<{ folder: string; isNew: boolean }> {
  const folder = databaseFolder(dataDir);
  const isNew = await makeFolder(folder);
  // Folders that earlier versions made have the mode of the umask.
  await chmodOwn(folder, 0o700);
  return { folder, isNew };
}

/** Sets the mode of a file or folder. That of another user stays: its mode is that user's decision. */
export async function chmodOwn(path: string, mode: number): Promise<void> {
  await chmod(path, mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
}
