import { join } from 'node:path';
import type { Database } from '../adapters/mikro-orm/database.ts';
import type { Config } from './config.ts';
import { lockDataDir } from './data-dir-lock.ts';

/** An open database, and what has to be let go of after it. */
export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
}

/**
 * Opens the PostgreSQL of `DATABASE_URL`, or the embedded one in the data folder, which this process then
 * holds alone. Each driver is loaded only where it is used: PGlite alone is tens of megabytes.
 * @throws DataDirInUseError
 */
export async function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<OpenDatabase> {
  if (config.databaseUrl !== null) {
    const { openPostgres } = await import('../adapters/mikro-orm/postgres.ts');
    const database = await openPostgres(config.databaseUrl);
    return { database, [Symbol.asyncDispose]: () => database.close() };
  }
  const lock = await lockDataDir(config.dataDir);
  try {
    const { openPglite } = await import('../adapters/mikro-orm/pglite.ts');
    const database = await openPglite(join(config.dataDir, 'database'));
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
