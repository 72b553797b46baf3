import type { UserId } from '../../../domain/ids.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { connectToOperator, socketPath } from '../../operator/operator-socket.ts';
import { typedCommand } from '../../typed-command.ts';

/**
 * Prints new sign-in links, one per line: one for each address of the running server. Each works once.
 * @throws Error when no server with these settings is running. Its message says what to do.
 */
export async function printLink(env: Environment, user: UserId): Promise<void> {
  const config = readConfig(env);
  const operator = await connectToOperator(socketPath(config));
  if (operator === null) {
    const { dataDir, port, databaseUrl } = config;
    const where = databaseUrl === null ? `in ${dataDir}` : `on port ${port} with ${dataDir}`;
    throw new Error(
      `No server is running ${where}. If it runs with another DATA_DIR or port, set them here too. Otherwise ` +
        `start it, which prints a link: ${typedCommand('serve')}`,
    );
  }
  for (const link of await operator.signInLinks(user)) process.stdout.write(`${link}\n`);
}
