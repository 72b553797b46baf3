import { setTimeout } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import type { Observer } from '../../ports/observer.ts';
import { Database, ormOptions, type WithMigrationLock } from './database/database.ts';
import { nameOf } from './database/prepared-statements.ts';
import { type RunStatement, setUpRequestRole, tenantIsolation } from './database/request-role.ts';
import { scopedQuery } from './database/scoped-query.ts';
import type { TenantSettings } from './database/tenant-isolation.ts';

/** The key of the advisory lock for migrations: any number, the same in every process. */
const MIGRATION_LOCK = 7_240_115_904;
const LOCK_INTERVAL_MS = 100;

/**
 * Measured with 1 to 4 on two cores: 2 gave the most steps a second at 32 connections, and as many at 128.
 */
const LANES = 2;

/**
 * Batches read rows by key, in key order. A plan made while the tables were empty would use hash joins:
 * slower once the tables have grown, and rows would be locked in no order. Without those joins the generic
 * plan is good enough, so each connection plans a statement once. Otherwise PostgreSQL would plan the load
 * every time, because a short array looks cheaper to it than an unknown one: planning takes six times as long
 * as running (1.1 ms and 0.16 ms).
 */
const PLANNING = [
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_seqscan=off',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
];

/**
 * Opens a PostgreSQL (14 or later) at `url`. Does not connect before the first statement.
 * @param url as for libpq: postgresql://user:password@host:port/database
 */
export async function openPostgres(url: string, observer: Observer | null = null): Promise<Database> {
  const orm = await MikroORM.init({
    ...ormOptions,
    clientUrl: url,
    pool: { min: 0, max: LANES * 2 + 2 },
    driverOptions: {
      application_name: 'agent-dashboard-server',
      // For the driver: the ORM ignores the URL's parameters, such as sslmode.
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      // Shorter than a client waits for its response.
      statement_timeout: 10_000,
      lock_timeout: 2_000,
      // For a database that no longer responds, and so does not enforce its own timeouts.
      query_timeout: 12_000,
      options: PLANNING.map((setting) => `-c ${setting}`).join(' '),
    },
  });
  const run: RunStatement = async <Row>(
    sql: string,
    parameters: readonly unknown[],
    settings: TenantSettings | null,
  ) => {
    // Not through the ORM: it cannot name a statement, nor send two at once.
    const pool = await orm.em.getConnection().getNativeClient();
    const statement = { name: nameOf(sql), text: sql, values: [...parameters] };
    const client = await pool.connect();
    try {
      const result = settings === null ? client.query(statement) : scopedQuery(client, statement, settings);
      return (await result).rows as readonly Row[];
    } finally {
      client.release();
    }
  };
  const withMigrationLock: WithMigrationLock = (work) =>
    orm.em
      .getConnection()
      .getClient()
      .connection()
      .execute(async (lock) => {
        const tryLock = CompiledQuery.raw(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as locked`);
        // Polled: a statement that waits for another process's migrations would reach its timeout.
        while (!(await lock.executeQuery<{ locked: boolean }>(tryLock)).rows[0]?.locked) {
          await setTimeout(LOCK_INTERVAL_MS);
        }
        try {
          return await work();
        } finally {
          await lock.executeQuery(CompiledQuery.raw(`select pg_advisory_unlock(${MIGRATION_LOCK})`));
        }
      });
  return new Database(
    orm,
    {
      lanes: LANES,
      run,
      setUpRequestRole: () => setUpRequestRole(run),
      tenantIsolation: () => tenantIsolation(run),
      withMigrationLock,
    },
    observer,
  );
}
