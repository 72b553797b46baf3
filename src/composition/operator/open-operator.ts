import { existsSync } from 'node:fs';
import type { Operator } from '../../application/admin/operator.ts';
import type { Config } from '../config/config.ts';
import { keyFile } from '../config/key-files.ts';
import { loadTokenKeys } from '../config/token-keys.ts';
import { databaseFolder } from '../data-dir/data-dir.ts';
import { waitForDataDir } from '../data-dir/wait-for-data-dir.ts';
import { ConfigError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { openStore } from '../store/open-store.ts';
import { typedCommand } from '../typed-command.ts';
import { wireServer } from '../wiring/container.ts';
import { connectToOperator, socketPath } from './operator-socket.ts';

/** The commands of an operator. Disposing of it closes the store, if this process has opened the store. */
export interface OpenOperator extends AsyncDisposable {
  readonly operator: Operator;
}

/**
 * Opens the commands of an operator. They work on the database itself or, when a running server has locked
 * the embedded database, through that server.
 * @throws DataDirInUseError when the process that has locked the database does not respond.
 */
export const openOperator = (config: Config): Promise<OpenOperator> =>
  waitForDataDir(
    () => openInThisProcess(config),
    async () => {
      const operator = await connectToOperator(socketPath(config));
      return operator === null ? null : { operator, [Symbol.asyncDispose]: async () => {} };
    },
  );

/**
 * Opens the commands of an operator, for a command that needs an existing database.
 * @throws ConfigError when there is no database.
 */
export function openExistingOperator(config: Config): Promise<OpenOperator> {
  requireStore(config);
  return openOperator(config);
}

/**
 * Refuses to make tokens that no server would accept: the user may have started the command in the wrong
 * folder.
 * @param alternative as for `requireStore`.
 * @throws ConfigError when there is no database, or no signing key beside a PostgreSQL.
 */
export function requireIssuer(config: Config, alternative: string | null = null): void {
  requireStore(config, alternative);
  if (config.databaseUrl === null || hasKeys(config)) return;
  throw new ConfigError(
    `DATA_DIR: there is no signing key in ${config.dataDir}. Run this command where the server was started, or ` +
      `set DATA_DIR or JWT_PRIVATE_KEY as the server has them${alternative === null ? '' : `, or ${alternative}`}`,
  );
}

const hasKeys = ({ jwtPublicKey, jwtPrivateKey, dataDir }: Config): boolean =>
  jwtPublicKey !== null || jwtPrivateKey !== null || existsSync(keyFile(dataDir));

/**
 * Refuses to go on without a database. The user may have started the command in the wrong folder, where a new
 * key and database would be of no use.
 * @param alternative what else the user can do, such as `give --api-key`.
 * @throws ConfigError when there is no database.
 */
export function requireStore({ databaseUrl, dataDir }: Config, alternative: string | null = null): void {
  if (databaseUrl !== null || existsSync(databaseFolder(dataDir))) return;
  throw new ConfigError(
    `DATA_DIR: there is no database in ${dataDir}. Run this command where the server was started, or set ` +
      `DATA_DIR or DATABASE_URL as the server has them${alternative === null ? '' : `, or ${alternative}`}. ` +
      `The first start of a server makes one: ${typedCommand('serve')}`,
  );
}

async function openInThisProcess(config: Config): Promise<OpenOperator> {
  const logger = createLogger(config.logLevel);
  const opened = await openStore(config, logger);
  try {
    await opened.migrate();
    // Beside a PostgreSQL only a server makes a key: this folder may be the wrong one.
    const mayMakeKeys = config.databaseUrl === null || hasKeys(config);
    const keys = mayMakeKeys ? await loadTokenKeys(config) : { verification: [], signing: null };
    const { operator } = wireServer({
      ...{ config, logger, store: opened.store, keys, notifications: null },
      pageUrl: () => config.publicUrl ?? '',
    });
    return { operator, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
