import { setImmediate } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/pglite';
import { CompiledQuery } from 'kysely';
import type { Observer } from '../../ports/observer.ts';
import { Database, ormOptions } from './database/database.ts';
import { EmbeddedStorage } from './database/embedded-storage.ts';

/** How long statements may run one after another before Node.js gets to do other work. */
const MAX_WORK_MS = 2;

/**
 * Opens the embedded PostgreSQL in `dataDir`, and creates it if it does not exist. Two processes on one
 * folder destroy each other's data without an error, so the caller must hold a lock on it.
 * @param dataDir a folder, or `memory://` for a database that is lost when it is closed.
 * @throws Error if the folder cannot be written to, or the database is damaged. The message says neither.
 */
export async function openPglite(dataDir: string, observer: Observer | null = null): Promise<Database> {
  const orm = await MikroORM.init({ ...ormOptions, dbName: 'postgres', driverOptions: { dataDir } });
  const client = orm.em.getConnection().getClient();
  let yieldedAt = 0;
  const run = async <Row>(sql: string, parameters: readonly unknown[]) => {
    const { rows } = await client.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
    // PGlite works in this thread and never waits, so statements that follow one another would keep Node.js
    // from all other work until the last one is done.
    if (performance.now() - yieldedAt > MAX_WORK_MS) {
      await setImmediate();
      yieldedAt = performance.now();
    }
    return rows;
  };
  // PGlite reads the folder at the first statement.
  await run('select 1', []);
  return new Database(
    orm,
    {
      // There is only one connection, so a second batch at the same time would wait. With one lane, batches
      // are larger.
      lanes: 1,
      connections: 1,
      run,
      readSettings: async () => null,
      setUpRequestRole: async () => {},
      // The only process that reads this folder is a superuser of its database. Row level security would need
      // the tenant settings, and so four statements instead of one: a load would take 1.3 to 1.7 times as
      // long.
      tenantIsolation: async () => 'off',
      withMigrationLock: (work) => work(),
      storage: dataDir.startsWith('memory:') ? null : new EmbeddedStorage(dataDir),
    },
    observer,
  );
}
