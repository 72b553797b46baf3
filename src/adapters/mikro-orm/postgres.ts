import { setTimeout } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import type { Observer } from '../../ports/observer.ts';
import { Database, type Exclusively, ormOptions } from './database/database.ts';
import { nameOf } from './database/prepared-statements.ts';
import { admitRequestRole, type Run, tenantIsolation } from './database/request-role.ts';
import { scopedQuery } from './database/scoped-query.ts';
import type { TenantSettings } from './database/tenant-isolation.ts';

/** Any number, the same for every process: the key of the migrations' advisory lock. */
const MIGRATION_LOCK = 7_240_115_904;
const LOCK_INTERVAL_MS = 100;

/** Of 1 to 4, two gave the most steps a second at 32 connections on two cores, and as many at 128. */
const LANES = 2;

/**
 * Batches visit rows by key, in key order. A plan made while the tables were empty would hash them instead:
 * slower once they have grown, and it locks rows in no order at all. With that settled one plan is as good
 * as another, so it is made once a connection: planning the load anew takes six times as long as running it
 * (1.1 ms to 0.16 ms), and PostgreSQL would, since a short array looks cheaper to it than any array.
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
 * @param url as of libpq: postgresql://user:password@host:port/database
 */
export async function openPostgres(url: string, observer: Observer | null = null): Promise<Database> {
  const orm = await MikroORM.init({
    ...ormOptions,
    clientUrl: url,
    pool: { min: 0, max: LANES * 2 + 2 },
    driverOptions: {
      application_name: 'agent-dashboard-server',
      // Read by the driver itself: the ORM takes no more from the URL than names, and leaves out sslmode.
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      // No request waits longer for a row or a statement than its client would.
      statement_timeout: 10_000,
      lock_timeout: 2_000,
      // A database that has fallen silent keeps no promise of its own.
      query_timeout: 12_000,
      options: PLANNING.map((setting) => `-c ${setting}`).join(' '),
    },
  });
  const run: Run = async <Row>(sql: string, parameters: readonly unknown[], scope: TenantSettings | null) => {
    // Not by way of the ORM, which has no way to name a statement or to send two at once.
    const pool = await orm.em.getConnection().getNativeClient();
    const statement = { name: nameOf(sql), text: sql, values: [...parameters] };
    const client = await pool.connect();
    try {
      const answer = scope === null ? client.query(statement) : scopedQuery(client, statement, scope);
      return (await answer).rows as readonly Row[];
    } finally {
      client.release();
    }
  };
  const exclusively: Exclusively = (work) =>
    orm.em
      .getConnection()
      .getClient()
      .connection()
      .execute(async (lock) => {
        const tryLock = CompiledQuery.raw(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as locked`);
        // Asked again and again: waiting for another process's migrations is not a stuck statement.
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
      admitRequestRole: () => admitRequestRole(run),
      tenantIsolation: () => tenantIsolation(run),
      exclusively,
    },
    observer,
  );
}
