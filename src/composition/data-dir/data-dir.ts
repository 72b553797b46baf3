import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

export const DEFAULT_DATA_DIR = './.agent-dashboard';

/** Makes the data folder, readable by its owner only. An existing folder keeps its mode. */
export async function makeDataDir(dataDir: string): Promise<void> {
  const isNew = (await mkdir(dataDir, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await ignoreAll(dataDir);
  else await keepFromGit(dataDir);
}

/**
 * Adds a `.gitignore`: the folder is often in a repository, and one `git add -A` would publish the key and
 * all messages. A folder that is not named `.agent-dashboard` may contain other files, so it stays as it is.
 */
export async function keepFromGit(dataDir: string): Promise<void> {
  if (basename(resolve(dataDir)) === basename(DEFAULT_DATA_DIR)) await ignoreAll(dataDir);
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
  const isNew = (await mkdir(folder, { recursive: true })) !== undefined;
  // Folders that earlier versions made have the mode of the umask. The mode of another user's folder is that
  // user's decision.
  await chmod(folder, 0o700).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
  return { folder, isNew };
}
