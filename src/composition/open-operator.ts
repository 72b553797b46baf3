import type { Operator } from '../application/operator.ts';
import type { Config } from './config.ts';
import { createContainer, TOKENS } from './container.ts';
import { createLogger } from './logger.ts';
import { migrated, type OpenDatabase, openDatabase } from './open-database.ts';
import { reachOperator } from './operator-socket.ts';
import { loadTokenKeys } from './token-keys.ts';
import { whenFree } from './when-free.ts';

/** An operator, and what has to be let go of after it. */
export interface OpenOperator extends AsyncDisposable {
  readonly operator: Operator;
}

/**
 * The operator for a command: at the database itself, or, where a running server holds the embedded one,
 * through that server.
 * @throws DataDirInUseError when the holder of the embedded database does not answer.
 */
export const openOperator = (config: Config): Promise<OpenOperator> =>
  whenFree(
    () => openHere(config),
    async () => {
      const operator = await reachOperator(config.dataDir);
      return operator === null ? null : { operator, [Symbol.asyncDispose]: async () => {} };
    },
  );

async function openHere(config: Config): Promise<OpenOperator> {
  const store: OpenDatabase = await openDatabase(config);
  try {
    await migrated(store.database);
    const keys = await loadTokenKeys(config, (path) => {
      process.stderr.write(`Made a new key: ${path}. Only a server with this DATA_DIR accepts its tokens.\n`);
    });
    const container = createContainer({
      config,
      logger: createLogger(config.logLevel),
      database: store.database,
      keys,
      observer: null,
      stopping: new AbortController().signal,
    });
    return {
      operator: container.resolve(TOKENS.operator),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
