import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

export const DEFAULT_DATA_DIR = './.agent-dashboard';

/** Makes the data folder, for its owner alone; one that is there keeps its mode. */
export async function makeDataDir(dataDir: string): Promise<void> {
  const isNew = (await mkdir(dataDir, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await ignoreAll(dataDir);
  else await keepFromGit(dataDir);
}

/**
 * The folder is often in somebody's repository, where one `git add -A` would publish the key and all that
 * agents wrote. One of another name may hold more than what is ours, so it is left as it is.
 */
export async function keepFromGit(dataDir: string): Promise<void> {
  if (basename(resolve(dataDir)) === basename(DEFAULT_DATA_DIR)) await ignoreAll(dataDir);
}

/** A `.gitignore` that is there stays as it is. */
async function ignoreAll(dataDir: string): Promise<void> {
  // Nothing depends on it, and a folder that cannot be written to may hold no more than a key.
  await writeFile(join(dataDir, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(() => {});
}

/** Where the embedded database is. */
export const databaseFolder = (dataDir: string): string => join(dataDir, 'database');

/**
 * Makes the folder of the embedded database for its owner alone, whatever the mode of the data folder: PGlite
 * would leave that to the umask.
 */
export async function makeDatabaseFolder(dataDir: string): Promise<{ folder: string; isNew: boolean }> {
  const folder = databaseFolder(dataDir);
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  // Earlier versions left it to the umask, too. Of somebody else's folder they are to decide.
  await chmod(folder, 0o700).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
  return { folder, isNew };
}
