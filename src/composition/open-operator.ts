import { setTimeout } from 'node:timers/promises';
import type { Operator } from '../application/operator.ts';
import type { Config } from './config.ts';
import { createContainer, TOKENS } from './container.ts';
import { DataDirInUseError } from './data-dir-lock.ts';
import { createLogger } from './logger.ts';
import { migrated, type OpenDatabase, openDatabase } from './open-database.ts';
import { reachOperator } from './operator-socket.ts';
import { loadTokenKeys } from './token-keys.ts';

/** A server that is starting up, or another command, holds the folder for a while without listening. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;

/** An operator, and what has to be let go of after it. */
export interface OpenOperator extends AsyncDisposable {
  readonly operator: Operator;
}

/**
 * The operator for a command: at the database itself, or, where a running server holds the embedded one,
 * through that server.
 * @throws DataDirInUseError when the holder of the embedded database does not answer.
 */
export async function openOperator(config: Config): Promise<OpenOperator> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await openHere(config);
    } catch (error) {
      if (!(error instanceof DataDirInUseError)) throw error;
      const operator = await reachOperator(config.dataDir);
      if (operator !== null) return { operator, [Symbol.asyncDispose]: async () => {} };
      if (Date.now() > deadline) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

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
