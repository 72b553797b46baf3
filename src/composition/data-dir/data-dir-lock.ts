import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../errors.ts';
import { makeDataDir } from './data-dir.ts';

/** Another process holds the folder. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';

  constructor(dataDir: string) {
    super(
      `${dataDir} is in use by another agent-dashboard process, and the embedded database allows only one. ` +
        'Stop that process, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL.',
    );
  }
}

const SQLITE_BUSY = 5;

/**
 * Keeps every other process from opening the embedded database in `dataDir`: two of them would destroy
 * each other's data without a word.
 *
 * The lock is the operating system's own, on a file, taken by way of SQLite, which node ships and which
 * knows how on every platform. Unlike a pid file or a socket it cannot be left behind: it ends with the
 * process, `kill -9` included, and there is no moment in which two processes both think it stale.
 * @throws DataDirInUseError
 */
export async function lockDataDir(dataDir: string): Promise<Disposable> {
  await makeDataDir(dataDir).catch((error: Error) => {
    throw new ConfigError(`DATA_DIR must be a folder that can be made and written to (${error.message})`);
  });
  const file = join(dataDir, 'lock');
  const lock = new DatabaseSync(file, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new DataDirInUseError(dataDir);
    throw error;
  }
  await chmod(file, 0o600);
  return { [Symbol.dispose]: () => lock.close() };
}
