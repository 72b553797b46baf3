import { setTimeout } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import type { Observer } from '../../ports/observer.ts';
import { Database, ormOptions, type WithMigrationLock } from './database/database.ts';
import { statementNameOf } from './database/prepared-statements.ts';
import { type RunStatement, setUpRequestRole, tenantIsolation } from './database/request-role.ts';
import { readSettings } from './database/required-settings.ts';
import { scopedQuery } from './database/scoped-query.ts';
import type { TenantSettings } from './database/tenant-isolation.ts';

/** The key of the advisory lock for migrations. It is an arbitrary number, the same in every process. */
const MIGRATION_LOCK = 7_240_115_904;
/** The time between two attempts to get that lock. */
const LOCK_RETRY_MS = 100;

/**
 * How many batches may run at the same time. Measured with 1 to 4 lanes on two cores: 2 gave the most steps a
 * second at 32 connections, and as many as the other numbers at 128.
 */
const LANES = 2;
const CONNECTIONS = LANES * 2 + 2;

/**
 * Settings of the query planner. Batches read rows by key, in key order. A plan that was made while the
 * tables were empty would use hash joins: these are slower when the tables have grown, and they would lock
 * rows in no fixed order. Without hash joins the generic plan is good enough, so each connection plans a
 * statement once. By default PostgreSQL would plan the statement that loads a batch every time: its
 * parameters are arrays, and a plan for a known short array seems cheaper to it than one for arrays of any
 * length. Planning takes 1.1 ms, running 0.16 ms.
 */
const PLANNER_SETTINGS = [
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_seqscan=off',
  'jit=off',
  'plan_cache_mode=force_generic_plan',
];

/** Settings that a role or a database may have changed, and that the driver and the statements rely on. */
const NEEDED_SETTINGS = ['datestyle=ISO', 'standard_conforming_strings=on', 'row_security=on'];

/**
 * Opens the PostgreSQL database (version 14 or later) at `url`. It connects with the first statement.
 * @param url a URL in the form of libpq: postgresql://user:password@host:port/database
 */
export async function openPostgres(url: string, observer: Observer | null = null): Promise<Database> {
  const orm = await MikroORM.init({
    ...ormOptions,
    clientUrl: url,
    pool: { min: 0, max: CONNECTIONS },
    driverOptions: {
      application_name: 'agent-dashboard',
      // The driver needs the URL too, because the ORM ignores its parameters, such as sslmode.
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      // Less than the time that a client waits for its response.
      statement_timeout: 10_000,
      lock_timeout: 2_000,
      // The driver's own timeout: a database that no longer responds does not enforce its timeouts.
      query_timeout: 12_000,
      options: [...PLANNER_SETTINGS, ...NEEDED_SETTINGS].map((setting) => `-c ${setting}`).join(' '),
    },
  });
  const run: RunStatement = async <Row>(
    sql: string,
    parameters: readonly unknown[],
    settings: TenantSettings | null,
  ) => {
    // The ORM is not used: it can neither name a statement nor send two at once.
    const pool = await orm.em.getConnection().getNativeClient();
    const statement = { name: statementNameOf(sql), text: sql, values: [...parameters] };
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
      .execute(async (connection) => {
        const tryLock = CompiledQuery.raw(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as locked`);
        // Asks repeatedly: a statement that waits for another process's migrations would reach its timeout.
        while (!(await connection.executeQuery<{ locked: boolean }>(tryLock)).rows[0]?.locked) {
          await setTimeout(LOCK_RETRY_MS);
        }
        try {
          return await work();
        } finally {
          await connection.executeQuery(CompiledQuery.raw(`select pg_advisory_unlock(${MIGRATION_LOCK})`));
        }
      });
  return new Database(
    orm,
    {
      lanes: LANES,
      connections: CONNECTIONS,
      run,
      readSettings: () => readSettings(run),
      setUpRequestRole: () => setUpRequestRole(run),
      tenantIsolation: () => tenantIsolation(run),
      withMigrationLock,
      storage: null,
    },
    observer,
  );
}
