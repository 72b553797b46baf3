import type { Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import type { AbstractSqlDriver, SqlMikroORM } from '@mikro-orm/sql';
import { CompiledQuery } from 'kysely';
import { storageError } from './driver-errors.ts';
import { entities } from './entities.ts';
import { migrations } from './migrations/index.ts';

/** What both drivers are configured with. */
export const ormOptions = {
  entities,
  extensions: [Migrator],
  migrations: {
    tableName: 'agent_dashboard_migrations',
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

  /** The migrations that this database still lacks. */
  async pendingMigrations(): Promise<readonly string[]> {
    try {
      const pending = await this.orm.migrator.getPending();
      return pending.map(({ name }) => name);
    } catch (error) {
      throw storageError(error);
    }
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}

/** Runs `work` while no other process runs any. */
export type Exclusively = <Result>(work: () => Promise<Result>) => Promise<Result>;
