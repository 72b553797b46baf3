import { MikroORM } from '@mikro-orm/pglite';
import { Database, ormOptions } from './database.ts';

/**
 * Opens the embedded PostgreSQL in `dataDir`, making it if need be. Two processes on one folder destroy
 * each other's data without a word: the caller must hold a lock on it.
 * @param dataDir a folder, or `memory://` for one that is gone when closed.
 */
export async function openPglite(dataDir: string): Promise<Database> {
  const orm = await MikroORM.init({ ...ormOptions, dbName: 'postgres', driverOptions: { dataDir } });
  // One connection: a second batch would only queue behind the first, and grows the next one instead.
  return new Database(orm, 1, (work) => work());
}
