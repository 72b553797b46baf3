import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ApiKeyId, Scope } from '../../domain/api-key.ts';
import { userId } from '../../domain/ids.ts';
import { type Environment, readConfig } from '../config.ts';
import { TOKENS } from '../container.ts';
import { createLogger } from '../logger.ts';
import { startServer } from '../server.ts';

/** Whoever runs the server on one machine for one person. */
const LOCAL_USER = userId('local');

/** Runs the server until SIGINT or SIGTERM; a second one of them ends it at once. */
export async function serve(env: Environment): Promise<void> {
  const config = readConfig(env);
  const logger = createLogger(config.logLevel);
  const server = await startServer(config, logger);

  const address = config.publicUrl ?? server.url;
  const issuer = server.container.resolve(TOKENS.issuer);
  const issued = (scope: Scope) =>
    issuer?.issue({
      id: randomBytes(12).toString('base64url') as ApiKeyId,
      userId: LOCAL_USER,
      scope,
      agentInstanceId: null,
      createdAt: new Date(),
      expiresAt: null,
    });
  const agentToken = await issued('agent');
  const dashboardToken = await issued('dashboard');
  process.stdout.write(
    [
      '',
      `Agent Dashboard listens on ${address}`,
      ...(agentToken === undefined
        ? ['Tokens are issued elsewhere: there is a JWT_PUBLIC_KEY, but no JWT_PRIVATE_KEY.']
        : [
            `Agent token:     ${agentToken}`,
            `Dashboard token: ${dashboardToken}`,
            'Claude Code:     ' +
              `claude mcp add --transport http agent-dashboard ${address}/mcp --header "Authorization: Bearer ${agentToken}"`,
          ]),
      `Data:            ${config.databaseUrl === null ? config.dataDir : 'PostgreSQL (DATABASE_URL)'}`,
      'Ctrl-C stops it.',
      '',
      '',
    ].join('\n'),
  );

  const signal = await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  logger.info({ signal }, 'stopping');
  for (const again of ['SIGINT', 'SIGTERM'] as const) process.once(again, () => process.exit(130));
  await server.stop();
}
