import { UnsuitableDatabaseError } from '../../adapters/mikro-orm/database/required-settings.ts';
import type { TenantIsolation } from '../../adapters/mikro-orm/database/tenant-isolation.ts';
import { postgresStore } from '../../adapters/mikro-orm/store.ts';
import { InProcessSignals } from '../../adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../adapters/signals/postgres-signals.ts';
import { PortError } from '../../ports/errors.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { CompleteStore } from '../../ports/store.ts';
import { AsyncDisposableStack } from '../async-disposable-stack.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../errors.ts';
import { openDatabase } from './open-database.ts';

export type StoreConfig = Pick<Config, 'databaseUrl' | 'databaseListenUrl' | 'dataDir'>;

/** An open store. Disposing of it closes everything that was opened for it. */
export interface OpenStore extends AsyncDisposable {
  readonly store: CompleteStore;
  /**
   * Brings the schema up to date.
   * @returns the names of the migrations that ran.
   * @throws ConfigError when the database cannot be reached.
   */
  migrate(): Promise<readonly string[]>;
  /**
   * Returns the names of the migrations that have not run.
   * @throws ConfigError when the database cannot be reached.
   */
  missingMigrations(): Promise<readonly string[]>;
  /**
   * Starts to receive the signals of other processes. Does nothing for an embedded database.
   * @throws ConfigError when the database cannot be reached.
   */
  startSignals(): Promise<void>;
  /**
   * Returns how row level security keeps users apart.
   * @throws ConfigError when the database cannot be reached.
   */
  tenantIsolation(): Promise<TenantIsolation>;
}

/**
 * Opens the store in the database that the settings name.
 * @throws DataDirInUseError when another process has locked the embedded database.
 */
export async function openStore(
  config: StoreConfig,
  logger: Logger,
  observer: Observer | null = null,
): Promise<OpenStore> {
  const resources = new AsyncDisposableStack();
  const { database } = resources.use(await openDatabase(config, observer));
  const { databaseListenUrl } = config;
  const postgresSignals =
    databaseListenUrl === null
      ? null
      : new PostgresSignals({ connection: { connectionString: databaseListenUrl }, logger, observer });
  const signals = postgresSignals ?? new InProcessSignals(logger);
  const store = postgresStore({ database, signals, logger, observer });
  resources.defer(() => store.close());
  resources.defer(() => postgresSignals?.close());
  return {
    store,
    migrate: () => explainUnreachable('DATABASE_URL', store.migrate()),
    missingMigrations: () => explainUnreachable('DATABASE_URL', database.pendingMigrations()),
    async startSignals() {
      if (postgresSignals === null) return;
      await explainUnreachable('DATABASE_LISTEN_URL', postgresSignals.start(store.versions));
    },
    tenantIsolation: () => explainUnreachable('DATABASE_URL', database.tenantIsolation()),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * Turns a failure to reach or to use the database into an error that names the setting. At the start, the
 * setting is the most likely cause.
 */
async function explainUnreachable<Result>(variable: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnsuitableDatabaseError) {
      throw new ConfigError(error.problems.map((problem) => `${variable}: the database ${problem}`));
    }
    const { code, message, cause } = error as NodeJS.ErrnoException;
    if (!(error instanceof PortError) && code === undefined) throw error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new ConfigError(`${variable}: the database cannot be reached (${reason})`);
  }
}
