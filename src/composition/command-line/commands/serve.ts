import { once } from 'node:events';
import { type KeyPorts, stableToken } from '../../../application/admin/operator.ts';
import { userId } from '../../../domain/ids.ts';
import type { Scope } from '../../../domain/user/api-key.ts';
import { PortError } from '../../../ports/errors.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { createLogger } from '../../logger.ts';
import { startServer } from '../../server/server.ts';

/** The user of a server that one person runs on their own machine. */
const LOCAL_USER = userId('local');
const LABEL_WIDTH = 17;
const PLAIN_HTTP_WARNING =
  'Warning: other machines can connect, and this is plain HTTP: anyone on the network between can read the tokens ' +
  'and messages. Use it only in a network that you trust, or put a proxy with HTTPS in front (DEPLOYMENT.md).';
/** The name of the keys that are printed at every start. */
const START_UP_KEY_NAME = 'printed at the start';

/** Runs the server until SIGINT or SIGTERM. A second signal ends the process at once. */
export async function serve(env: Environment): Promise<void> {
  const config = readConfig(env);
  const logger = createLogger(config.logLevel);
  const server = await startServer(config, logger);

  const { url: address } = server;
  const { issuer, clock, store } = server.parts;
  const keyPorts = { apiKeys: store.apiKeys, issuer, clock };
  const agentToken = await startUpToken(keyPorts, 'agent');
  const dashboardToken = await startUpToken(keyPorts, 'dashboard');
  // Subscribes before the lines are printed, because a program that reads them may stop the server at once.
  const stopSignal = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write(
    [
      '',
      `Agent Dashboard listens on ${address}`,
      ...(agentToken === null
        ? ['This server issues no tokens: JWT_PUBLIC_KEY is set, but JWT_PRIVATE_KEY is not.']
        : [
            ...(dashboardToken === null
              ? []
              : server
                  .signInLinks(LOCAL_USER)
                  .map((link, nth) => `${(nth === 0 ? 'Open:' : '').padEnd(LABEL_WIDTH)}${link}`)),
            `Agent token:     ${agentToken}`,
            `Dashboard token: ${dashboardToken ?? 'none, because JWT_PRIVATE_KEY is a short RSA key'}`,
            'Claude Code:     ' +
              `claude mcp add --transport http agent-dashboard ${address}/mcp --header "Authorization: Bearer ${agentToken}"`,
          ]),
      `Data:            ${config.databaseUrl === null ? config.dataDir : 'PostgreSQL (DATABASE_URL)'}`,
      ...(server.isReadableByOthers ? [PLAIN_HTTP_WARNING] : []),
      'Ctrl-C stops it.',
      '',
      '',
    ].join('\n'),
  );

  const signal = await stopSignal;
  logger.info({ signal }, 'stopping');
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));
  await server.stop();
}

/** Returns a token: the same at every start, until it is revoked. Returns null when no key may sign it. */
async function startUpToken(keyPorts: KeyPorts, scope: Scope): Promise<string | null> {
  try {
    return await stableToken(keyPorts, { userId: LOCAL_USER, name: START_UP_KEY_NAME, scope });
  } catch (error) {
    if (error instanceof PortError && error.code === 'issuing_disabled') return null;
    throw error;
  }
}
