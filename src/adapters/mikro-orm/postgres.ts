import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { Database, type Exclusively, ormOptions } from './database.ts';
import { NamedStatementsClient } from './named-statements.ts';

/** Any number, the same for every process: the key of the migrations' advisory lock. */
const MIGRATION_LOCK = 7_240_115_904;

const LANES = 4;

/**
 * Opens a PostgreSQL (14 or later) at `url`. Does not connect before the first statement.
 * @param url as of libpq: postgresql://user:password@host:port/database
 */
export async function openPostgres(url: string): Promise<Database> {
  const orm = await MikroORM.init({
    ...ormOptions,
    clientUrl: url,
    pool: { min: 0, max: LANES * 2 + 2 },
    driverOptions: {
      Client: NamedStatementsClient,
      application_name: 'agent-dashboard-server',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      // No request waits longer for a row or a statement than its client would.
      statement_timeout: 10_000,
      lock_timeout: 2_000,
      // Batches visit rows by key, in key order. A plan made while the tables were empty would hash them
      // instead: slower once they have grown, and it locks rows in no order at all.
      options: '-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c jit=off',
    },
  });
  const exclusively: Exclusively = (work) =>
    orm.em
      .getConnection()
      .getClient()
      .connection()
      .execute(async (lock) => {
        // Waiting for another process's migrations is not a stuck statement.
        await lock.executeQuery(CompiledQuery.raw('set statement_timeout = 0; set lock_timeout = 0'));
        await lock.executeQuery(CompiledQuery.raw(`select pg_advisory_lock(${MIGRATION_LOCK})`));
        try {
          return await work();
        } finally {
          await lock.executeQuery(CompiledQuery.raw(`select pg_advisory_unlock(${MIGRATION_LOCK})`));
          await lock.executeQuery(CompiledQuery.raw('reset statement_timeout; reset lock_timeout'));
        }
      });
  return new Database(orm, LANES, exclusively);
}
