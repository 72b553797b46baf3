import { randomUUID } from 'node:crypto';
import type { Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { AbstractSqlDriver, SqlEntityManager, SqlMikroORM } from '@mikro-orm/sql';
import type { Compilable, UnknownRow } from 'kysely';
import type { UserId } from '../../../domain/ids.ts';
import type { Observer } from '../../../ports/observer.ts';
import { entities } from '../schema/entities.ts';
import { MIGRATIONS_TABLE, migrations } from '../schema/migrations/index.ts';
import { failureKindOf, toStorageError } from './driver-errors.ts';
import type { EmbeddedStorage } from './embedded-storage.ts';
import type { RunStatement } from './request-role.ts';
import { type DatabaseSettings, problemsOf, UnsuitableDatabaseError } from './required-settings.ts';
import { type Tables, tablesOf } from './tables.ts';
import { type TenantIsolation, type Tenants, tenantSettingsOf } from './tenant-isolation.ts';
import { BACKGROUND, BATCHES, TenantTurns, type TurnKey, turnKeyOf } from './tenant-turns.ts';

/** The ORM's options for both drivers. */
export const ormOptions = {
  // Written so that the declaration file names the type instead of spelling it out, which takes 130 kB.
  entities: entities as typeof entities,
  extensions: [Migrator],
  migrations: {
    tableName: MIGRATIONS_TABLE,
    migrationsList: migrations,
    snapshot: false,
    transactional: true,
    allOrNothing: false,
  },
  ensureDatabase: false,
  // The entities do not describe policies, so the ORM's own tools would drop them.
  schemaGenerator: { ignorePolicies: true },
  logger: () => {},
} satisfies Partial<Options<AbstractSqlDriver>>;

/** The functions and limits that differ between a PostgreSQL server and the embedded PGlite. */
export interface Engine {
  /** How many batches of updates may run at the same time. */
  readonly lanes: number;
  /** How many statements may run at the same time. */
  readonly connections: number;
  readonly run: RunStatement;
  /** Reads the settings that may not fit; null when they are always right. */
  readonly readSettings: () => Promise<DatabaseSettings | null>;
  /**
   * Creates the database role that statements run as (`REQUEST_ROLE`). It is called after the migrations,
   * while this process holds the migration lock.
   */
  readonly setUpRequestRole: () => Promise<void>;
  readonly tenantIsolation: () => Promise<TenantIsolation>;
  readonly withMigrationLock: WithMigrationLock;
  /** The disk of the embedded database; null for a PostgreSQL server, which takes care of its own. */
  readonly storage: EmbeddedStorage | null;
}

/** Runs `work`. Only one process at a time does so on the same database. */
export type WithMigrationLock = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** An open database. It runs statements through the ORM, and SQL texts without it where speed matters. */
export class Database {
  readonly orm: SqlMikroORM;
  /** Identifies this process among those on the same database. */
  readonly processId = randomUUID();
  readonly #engine: Engine;
  readonly #observer: Observer | null;
  readonly #tables: Tables;
  readonly #turns: TenantTurns;
  /** Whose turn all statements use; null: that of their users. */
  readonly #turn: TurnKey | null;
  #isolation: Promise<TenantIsolation> | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    orm: SqlMikroORM,
    engine: Engine,
    observer: Observer | null = null,
    turns = new TenantTurns(engine.connections),
    turn: TurnKey | null = null,
  ) {
    this.orm = orm;
    this.#engine = engine;
    this.#observer = observer;
    this.#turns = turns;
    this.#turn = turn;
    // These tables only build statements. `query` sends each of them, with the users that it is about.
    this.#tables = tablesOf(orm.em);
  }

  /** Returns the same database for work that nobody waits for. Its statements let those of users go first. */
  inBackground(): Database {
    return new Database(this.orm, this.#engine, this.#observer, this.#turns, BACKGROUND);
  }

  /** How many batches of updates may run at the same time. */
  get lanes(): number {
    return this.#engine.lanes;
  }

  /**
   * Runs one SQL text with parameters, in one round trip. Users take turns. It does not use the ORM's
   * `execute`, which writes the parameters into the text: no statement could be prepared, and each message
   * would be copied twice.
   * @param tenants the users that the statement is about. PostgreSQL hides all other rows, even if the
   * conditions of the statement are wrong.
   * @throws PortError `storage_unavailable`, `storage_full`; ConflictError if another attempt may succeed.
   */
  async query<Row>(tenants: Tenants, sql: string, parameters: readonly unknown[]): Promise<readonly Row[]> {
    return this.#runStatement(this.#turn ?? turnKeyOf(tenants), tenants, sql, parameters);
  }

  /** Like `query`, for a statement of a batch. */
  async queryInBatch<Row>(
    users: readonly UserId[],
    sql: string,
    parameters: readonly unknown[],
  ): Promise<readonly Row[]> {
    return this.#runStatement(BATCHES, users, sql, parameters);
  }

  async #runStatement<Row>(
    turn: TurnKey,
    tenants: Tenants,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<readonly Row[]> {
    const settings = tenantSettingsOf(tenants, await this.tenantIsolation());
    const run = async () => {
      await this.#engine.storage?.requireFor(sql);
      return this.#engine.run<Row>(sql, parameters, settings);
    };
    // A failure is known before the next statement begins: after some, none may be sent.
    return await this.#turns.run(turn, () => this.#translateErrors(run()));
  }

  /**
   * Runs one statement that is built from the entities' tables, in one round trip.
   * @param tenants as for `query`.
   * @throws as `query` does.
   */
  async execute<Row>(tenants: Tenants, build: (tables: Tables) => Compilable<Row>): Promise<readonly Row[]> {
    const { sql, parameters, queryId } = build(this.#tables).compile();
    let result = { rows: [...(await this.query<UnknownRow>(tenants, sql, parameters))] };
    // The ORM's plugins turn the rows into the entities' values, as the options in tables.ts say.
    for (const plugin of this.#tables.getExecutor().plugins) {
      result = await plugin.transformResult({ queryId, result });
    }
    return result.rows as Row[];
  }

  /**
   * Runs `work` in one transaction of the ORM.
   * @param tenants as for `query`.
   * @param work must use only the EntityManager that it gets.
   * @throws as `query` does.
   */
  async transaction<Result>(
    tenants: Tenants,
    work: (em: SqlEntityManager) => Promise<Result>,
  ): Promise<Result> {
    const settings = tenantSettingsOf(tenants, await this.tenantIsolation());
    const run = async () => {
      await this.#engine.storage?.requireSpace('remove');
      const em = this.orm.em.fork();
      if (settings !== null) em.setSessionContext({ variables: settings });
      return em.transactional(work);
    };
    return await this.#turns.run(this.#turn ?? turnKeyOf(tenants), () => this.#translateErrors(run()));
  }

  /** Returns how PostgreSQL separates tenants. Reads it once, and again after a migration or a failure. */
  async tenantIsolation(): Promise<TenantIsolation> {
    this.#isolation ??= this.#engine.tenantIsolation();
    try {
      return await this.#isolation;
    } catch (error) {
      this.#isolation = null;
      throw this.#translateAndReport(error);
    }
  }

  /**
   * Brings the schema up to date. Processes that start at the same time take turns.
   * @returns the names of the migrations that were run.
   * @throws UnsuitableDatabaseError when the database would lose or refuse data later.
   */
  async migrate(): Promise<readonly string[]> {
    const missing = await this.#missingMigrations();
    await this.#requireSettings(missing.length > 0 ? 'tables' : 'rows');
    const migrating = this.#engine.withMigrationLock(async () => {
      const applied = await this.orm.migrator.up();
      await this.#engine.setUpRequestRole();
      return applied.map(({ name }) => name);
    });
    const applied = await this.#translateErrors(migrating);
    this.#isolation = null;
    return applied;
  }

  /**
   * Returns the names of the migrations that have not been run. Changes nothing.
   * @throws UnsuitableDatabaseError as `migrate` does.
   */
  async pendingMigrations(): Promise<readonly string[]> {
    await this.#requireSettings('none');
    return this.#missingMigrations();
  }

  async #requireSettings(changes: 'none' | 'rows' | 'tables'): Promise<void> {
    const settings = await this.#translateErrors(this.#engine.readSettings());
    const problems = settings === null ? [] : problemsOf(settings, changes);
    if (problems.length > 0) throw new UnsuitableDatabaseError(problems);
  }

  async #missingMigrations(): Promise<readonly string[]> {
    const read = <Row>(sql: string, parameters: readonly unknown[]) =>
      this.#translateErrors(this.#engine.run<Row>(sql, parameters, null));
    // The ORM is not used, because it would first create its table of migrations.
    const [tableRow] = await read<{ table: string | null }>('select to_regclass($1)::text as "table"', [
      MIGRATIONS_TABLE,
    ]);
    if (tableRow?.table == null) return migrations.map(({ name }) => name);
    const applied = await read<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`, []);
    const appliedNames = new Set(applied.map(({ name }) => name));
    return migrations.map(({ name }) => name).filter((name) => !appliedNames.has(name));
  }

  /**
   * Checks that statements can be run and that something can be stored.
   * @throws PortError as `query` does.
   */
  async ping(): Promise<void> {
    await this.#engine.storage?.requireSpace();
    await this.query([], 'select 1', []);
  }

  /** Closes all connections. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#engine.storage?.hasFailed ? Promise.resolve() : this.orm.close(true);
    return this.#closing;
  }

  async #translateErrors<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw this.#translateAndReport(error);
    }
  }

  #translateAndReport(error: unknown): unknown {
    this.#engine.storage?.recordError(error);
    const failure = toStorageError(error);
    this.#observer?.storageFailed(failureKindOf(failure));
    return failure;
  }
}
