import type { Database } from '../../adapters/mikro-orm/database/database.ts';
import { PortError } from '../../ports/errors.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Config } from '../config/config.ts';
import { makeDatabaseFolder } from '../data-dir/data-dir.ts';
import { lockDataDir } from '../data-dir/data-dir-lock.ts';
import { ConfigError } from '../errors.ts';

/** An open database, and what has to be let go of after it. */
export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
}

/**
 * Opens the PostgreSQL of `DATABASE_URL`, or the embedded one in the data folder, which this process then
 * holds alone. Each driver is loaded only where it is used: PGlite alone is tens of megabytes.
 * @throws DataDirInUseError
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  observer: Observer | null = null,
): Promise<OpenDatabase> {
  if (config.databaseUrl !== null) {
    const { openPostgres } = await import('../../adapters/mikro-orm/postgres.ts');
    const database = await openPostgres(config.databaseUrl, observer);
    return { database, [Symbol.asyncDispose]: () => database.close() };
  }
  const lock = await lockDataDir(config.dataDir);
  try {
    const { folder, isNew } = await makeDatabaseFolder(config.dataDir);
    // That takes seconds, and somebody may be waiting for them.
    if (isNew && process.stderr.isTTY) process.stderr.write(`Making the database in ${folder}\n`);
    const { openPglite } = await import('../../adapters/mikro-orm/pglite.ts');
    const database = await openPglite(folder, observer);
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

/**
 * Brings the schema up to date.
 * @returns the names of the migrations that ran.
 * @throws ConfigError when the database cannot be reached.
 */
export const migrateDatabase = (database: Database): Promise<readonly string[]> =>
  explainUnreachable('DATABASE_URL', database.migrate());

/** The migrations that the database lacks. @throws ConfigError when the database cannot be reached. */
export const missingMigrations = (database: Database): Promise<readonly string[]> =>
  explainUnreachable('DATABASE_URL', database.pendingMigrations());

/** At a start nobody can try again later, but somebody can look at the setting. */
export async function explainUnreachable<Result>(variable: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const { code, message, cause } = error as NodeJS.ErrnoException;
    if (!(error instanceof PortError) && code === undefined) throw error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new ConfigError(`${variable}: the database cannot be reached (${reason})`);
  }
}
