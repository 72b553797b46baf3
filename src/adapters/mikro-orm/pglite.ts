import { MikroORM } from '@mikro-orm/pglite';
import { CompiledQuery } from 'kysely';
import type { Observer } from '../../ports/observer.ts';
import { Database, ormOptions } from './database/database.ts';

/**
 * Opens the embedded PostgreSQL in `dataDir`, making it if need be. Two processes on one folder destroy
 * each other's data without a word: the caller must hold a lock on it.
 * @param dataDir a folder, or `memory://` for one that is gone when closed.
 */
export async function openPglite(dataDir: string, observer: Observer | null = null): Promise<Database> {
  const orm = await MikroORM.init({ ...ormOptions, dbName: 'postgres', driverOptions: { dataDir } });
  const client = orm.em.getConnection().getClient();
  return new Database(
    orm,
    {
      // One connection: a second batch would only queue behind the first, and grows the next one instead.
      lanes: 1,
      run: async <Row>(sql: string, parameters: readonly unknown[]) =>
        (await client.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]))).rows,
      admitRequestRole: async () => {},
      // One process reads this folder, and it is a superuser in it. To set the users first takes a transaction of
      // four statements instead of one: 1.3 to 1.7 times the time of a load.
      tenantIsolation: async () => 'off',
      exclusively: (work) => work(),
    },
    observer,
  );
}
