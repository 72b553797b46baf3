import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../errors.ts';
import { chmodOwn, makeDataDir } from './data-dir.ts';
import { notWritableError } from './unusable-data-dir.ts';

/** Thrown when another process has locked the data folder. */
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
 * Locks the embedded database in `dataDir` for this process. Two processes would destroy each other's data
 * without an error.
 *
 * The lock is a file lock of the operating system, taken by SQLite: Node includes SQLite, which can lock on
 * every platform. The lock ends with the process, also after `kill -9`. A pid file or a socket would stay
 * behind, and two processes could both take it for stale.
 * @throws DataDirInUseError when another process has locked the folder.
 * @throws ConfigError when this process cannot write to the folder.
 */
export async function lockDataDir(dataDir: string): Promise<Disposable> {
  await makeDataDir(dataDir).catch((error: Error) => {
    throw new ConfigError(`DATA_DIR must be a folder that can be made and written to (${error.message})`);
  });
  const file = join(dataDir, 'lock');
  const lock = lockFile(file, dataDir);
  await chmodOwn(file, 0o600);
  return { [Symbol.dispose]: () => lock.close() };
}

function lockFile(file: string, dataDir: string): DatabaseSync {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new DataDirInUseError(dataDir);
    throw notWritableError(file, (error as Error).message);
  }
}
