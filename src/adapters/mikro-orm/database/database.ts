import { randomUUID } from 'node:crypto';
import type { Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { AbstractSqlDriver, MikroKyselyPlugin, SqlEntityManager, SqlMikroORM } from '@mikro-orm/sql';
import type { Compilable, UnknownRow } from 'kysely';
import type { Observer } from '../../../ports/observer.ts';
import { entities } from '../schema/entities.ts';
import { MIGRATIONS_TABLE, migrations } from '../schema/migrations/index.ts';
import { kindOf, storageError } from './driver-errors.ts';
import type { Run } from './request-role.ts';
import { type Tables, tablesPlugin } from './tables.ts';
import { type TenantIsolation, tenantSettingsOf, type Whose } from './tenant-isolation.ts';

/** What both drivers are configured with. */
export const ormOptions = {
  entities,
  extensions: [Migrator],
  migrations: {
    tableName: MIGRATIONS_TABLE,
    migrationsList: migrations,
    snapshot: false,
    transactional: true,
    allOrNothing: false,
  },
  // Hydrating by generated code would need eval, and nothing here is hydrated in numbers.
  ensureDatabase: false,
  // They are not among what the entities describe, and the ORM's own tools would take that for removed.
  schemaGenerator: { ignorePolicies: true },
  logger: () => {},
} satisfies Partial<Options<AbstractSqlDriver>>;

/** What is done in one way on PostgreSQL and in another on the embedded one. */
export interface Engine {
  /** How many batches of updates may be on their way at once. */
  readonly lanes: number;
  readonly run: Run;
  /** Called when the schema is up to date, and nobody else is at it. */
  readonly admitRequestRole: () => Promise<void>;
  readonly tenantIsolation: () => Promise<TenantIsolation>;
  readonly exclusively: Exclusively;
}

/** Runs `work` while no other process runs any. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** An open database: the ORM for rows and migrations, and plain statements for the hot path. */
export class Database {
  readonly orm: SqlMikroORM;
  /** Tells this process from others on the same database. */
  readonly processId = randomUUID();
  readonly #engine: Engine;
  readonly #observer: Observer | null;
  readonly #tablesPlugin: MikroKyselyPlugin;
  readonly #tables: Tables;
  #isolation: Promise<TenantIsolation> | null = null;

  constructor(orm: SqlMikroORM, engine: Engine, observer: Observer | null = null) {
    this.orm = orm;
    this.#engine = engine;
    this.#observer = observer;
    this.#tablesPlugin = tablesPlugin(orm.em);
    // Only builds statements: they are sent by `query`, which sets the users.
    this.#tables = orm.em.getConnection().getClient().withPlugin(this.#tablesPlugin);
  }

  /** How many batches of updates may be on their way at once. */
  get lanes(): number {
    return this.#engine.lanes;
  }

  /**
   * Runs one statement with real parameters: the ORM's own `execute` writes them into the text, which
   * would make every text new and copy each message twice.
   * @param whose rows it is about: PostgreSQL shows it no others, even if its conditions are wrong.
   * @throws PortError `storage_unavailable`, or ConflictError when running it again may succeed.
   */
  async query<Row>(whose: Whose, sql: string, parameters: readonly unknown[]): Promise<readonly Row[]> {
    const scope = tenantSettingsOf(whose, await this.tenantIsolation());
    return await this.#translated(this.#engine.run<Row>(sql, parameters, scope));
  }

  /**
   * Runs one statement that is built from the entities' tables, in one round trip.
   * @param whose as for `query`.
   * @throws as `query` does.
   */
  async execute<Row>(whose: Whose, build: (tables: Tables) => Compilable<Row>): Promise<readonly Row[]> {
    const { sql, parameters, queryId } = build(this.#tables).compile();
    const rows = await this.query<UnknownRow>(whose, sql, parameters);
    const result = await this.#tablesPlugin.transformResult({ queryId, result: { rows: [...rows] } });
    return result.rows as Row[];
  }

  /**
   * Runs `work` in one transaction of the ORM.
   * @param whose as for `query`.
   * @param work uses no other EntityManager than the one it is given.
   * @throws as `query` does.
   */
  async transaction<Result>(whose: Whose, work: (em: SqlEntityManager) => Promise<Result>): Promise<Result> {
    const scope = tenantSettingsOf(whose, await this.tenantIsolation());
    const em = this.orm.em.fork();
    if (scope !== null) em.setSessionContext({ variables: scope });
    return await this.#translated(em.transactional(work));
  }

  /** How far the database itself keeps tenants apart; asked once, and again after a migration. */
  async tenantIsolation(): Promise<TenantIsolation> {
    this.#isolation ??= this.#engine.tenantIsolation();
    try {
      return await this.#isolation;
    } catch (error) {
      this.#isolation = null;
      throw this.#failure(error);
    }
  }

  /** Brings the schema up to date; several processes starting at once take turns. */
  async migrate(): Promise<readonly string[]> {
    const migrating = this.#engine.exclusively(async () => {
      const applied = await this.orm.migrator.up();
      await this.#engine.admitRequestRole();
      return applied.map(({ name }) => name);
    });
    const applied = await this.#translated(migrating);
    this.#isolation = null;
    return applied;
  }

  /** The migrations that this database still lacks. Changes nothing. */
  async pendingMigrations(): Promise<readonly string[]> {
    const ask = <Row>(sql: string, parameters: readonly unknown[]) =>
      this.#translated(this.#engine.run<Row>(sql, parameters, null));
    // Not asked of the ORM, which makes its table first.
    const [found] = await ask<{ table: string | null }>('select to_regclass($1)::text as "table"', [
      MIGRATIONS_TABLE,
    ]);
    if (found?.table == null) return migrations.map(({ name }) => name);
    const applied = await ask<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`, []);
    const names = new Set(applied.map(({ name }) => name));
    return migrations.map(({ name }) => name).filter((name) => !names.has(name));
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }

  async #translated<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): unknown {
    const failure = storageError(error);
    this.#observer?.storageFailed(kindOf(failure));
    return failure;
  }
}
