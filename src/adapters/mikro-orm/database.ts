import { randomUUID } from 'node:crypto';
import type { Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { AbstractSqlDriver, SqlMikroORM } from '@mikro-orm/sql';
import { CompiledQuery } from 'kysely';
import { storageError } from './driver-errors.ts';
import { entities } from './entities.ts';
import { migrations } from './migrations/index.ts';

const MIGRATIONS_TABLE = 'agent_dashboard_migrations';

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
  logger: () => {},
} satisfies Partial<Options<AbstractSqlDriver>>;

/** An open database: the ORM for rows and migrations, and plain statements for the hot path. */
export class Database {
  readonly orm: SqlMikroORM;
  /** Tells this process from others on the same database. */
  readonly processId = randomUUID();
  /** How many batches of updates may be on their way at once. */
  readonly lanes: number;
  readonly #exclusively: Exclusively;

  constructor(orm: SqlMikroORM, lanes: number, exclusively: Exclusively) {
    this.orm = orm;
    this.lanes = lanes;
    this.#exclusively = exclusively;
  }

  /**
   * Runs one statement with real parameters: the ORM's own `execute` writes them into the text, which
   * would make every text new and copy each message twice.
   * @throws PortError `storage_unavailable`, or ConflictError when running it again may succeed.
   */
  async query<Row>(sql: string, parameters: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const client = this.orm.em.getConnection().getClient();
      const { rows } = await client.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
      return rows;
    } catch (error) {
      throw storageError(error);
    }
  }

  /** Brings the schema up to date; several processes starting at once take turns. */
  async migrate(): Promise<readonly string[]> {
    try {
      return await this.#exclusively(async () => {
        const applied = await this.orm.migrator.up();
        return applied.map(({ name }) => name);
      });
    } catch (error) {
      throw storageError(error);
    }
  }

  /** The migrations that this database still lacks. Changes nothing. */
  async pendingMigrations(): Promise<readonly string[]> {
    // Not asked of the ORM, which makes its table first.
    const [found] = await this.query<{ table: string | null }>('select to_regclass($1)::text as "table"', [
      MIGRATIONS_TABLE,
    ]);
    if (found?.table == null) return migrations.map(({ name }) => name);
    const applied = await this.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`, []);
    const names = new Set(applied.map(({ name }) => name));
    return migrations.map(({ name }) => name).filter((name) => !names.has(name));
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}

/** Runs `work` while no other process runs any. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;
