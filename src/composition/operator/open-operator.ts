import { existsSync } from 'node:fs';
import type { Operator } from '../../application/admin/operator.ts';
import type { Config } from '../config/config.ts';
import { loadTokenKeys } from '../config/token-keys.ts';
import { databaseFolder } from '../data-dir/data-dir.ts';
import { waitForDataDir } from '../data-dir/wait-for-data-dir.ts';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { openStore } from '../store/open-store.ts';
import { wireServer } from '../wiring/container.ts';
import { reachOperator } from './operator-socket.ts';

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
  waitForDataDir(
    () => openHere(config),
    async () => {
      const operator = await reachOperator(config.dataDir);
      return operator === null ? null : { operator, [Symbol.asyncDispose]: async () => {} };
    },
  );

/**
 * The same for a command that has nothing to do where there is no database yet, and so is not to make one.
 * @throws ConfigError
 */
export function openExistingOperator(config: Config): Promise<OpenOperator> {
  requireStore(config);
  return openOperator(config);
}

/**
 * Whoever is in another folder than the server should be told, and not find a key and a database there.
 * @param otherwise what else there is to do about it.
 * @throws ConfigError where there is no embedded database, and no other.
 */
export function requireStore({ databaseUrl, dataDir }: Config, otherwise = ''): void {
  if (databaseUrl !== null || existsSync(databaseFolder(dataDir))) return;
  throw new ConfigError(
    `DATA_DIR: there is no database in ${dataDir}. Go where the server was started, or set DATA_DIR or ` +
      `DATABASE_URL as it has them${otherwise}`,
  );
}

async function openHere(config: Config): Promise<OpenOperator> {
  const logger = createLogger(config.logLevel);
  const opened = await openStore(config, logger);
  try {
    await opened.migrate();
    const keys = await loadTokenKeys(config, (path) => {
      process.stderr.write(`Made a new key: ${path}. Only a server with this DATA_DIR accepts its tokens.\n`);
    });
    const { operator } = wireServer({ config, logger, store: opened.store, keys });
    return { operator, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
