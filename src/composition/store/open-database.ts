import type { Database } from '../../adapters/mikro-orm/database/database.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Config } from '../config/config.ts';
import { makeDatabaseFolder } from '../data-dir/data-dir.ts';
import { lockDataDir } from '../data-dir/data-dir-lock.ts';
import { notWritableError, unusableDatabaseError } from '../data-dir/unusable-data-dir.ts';

/** An open database. Disposing of it closes it, and unlocks the data folder of an embedded one. */
export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
}

/**
 * Opens the PostgreSQL of `DATABASE_URL`, or the embedded database in the data folder, which it locks. Each
 * driver is loaded only when it is used: PGlite alone has tens of megabytes.
 * @throws DataDirInUseError when another process has locked the embedded database.
 * @throws ConfigError when the data folder cannot be written to, or the database in it is damaged.
 */
export async function openDatabase(
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
  observer: Observer | null = null,
): Promise<OpenDatabase> {
  if (databaseUrl !== null) {
    const { openPostgres } = await import('../../adapters/mikro-orm/postgres.ts');
    const database = await openPostgres(databaseUrl, observer);
    return { database, [Symbol.asyncDispose]: () => database.close() };
  }
  const lock = await lockDataDir(dataDir);
  try {
    const { folder, isNew } = await makeDatabaseFolder(dataDir).catch((error: Error) => {
      throw notWritableError(dataDir, error.message);
    });
    // This takes seconds, and a person may be waiting.
    if (isNew && process.stderr.isTTY) process.stderr.write(`Creating the database in ${folder}\n`);
    const { openPglite } = await import('../../adapters/mikro-orm/pglite.ts');
    const database = await openPglite(folder, observer).catch(async () => {
      throw await unusableDatabaseError(folder);
    });
    return {
      database,
      async [Symbol.asyncDispose]() {
        await database.close();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}
