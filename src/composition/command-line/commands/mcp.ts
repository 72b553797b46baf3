import { remoteDispatch } from '../../../adapters/client/agent/remote-dispatch.ts';
import { createClient } from '../../../adapters/client/client.ts';
import { localContext } from '../../../adapters/git/local-context.ts';
import { WorkingDiff } from '../../../adapters/git/working-diff.ts';
import type { FirstAnswer } from '../../../adapters/mcp/stdio/first-answer.ts';
import { serveMcpOverStdio } from '../../../adapters/mcp/stdio/stdio-server.ts';
import { StdioSession } from '../../../adapters/mcp/stdio/stdio-session.ts';
import { uuidV7 } from '../../../adapters/runtime/system.ts';
import type { Environment } from '../../config/config.ts';
import { connectionPath, readConnection } from '../../connection-file.ts';
import { UsageError } from '../../errors.ts';
import { createLogger } from '../../logger.ts';
import { packageInfo } from '../../package-info.ts';
import { readServerUrl, readToken } from '../../terminal/server-address.ts';
import { typedCommand } from '../../typed-command.ts';

export interface McpOptions {
  /** Null: the environment variable is used, or else the default address on this machine. */
  readonly baseUrl: string | null;
  /** Null: the environment variable is used. */
  readonly apiKey: string | null;
  /** The file of a connection, or the name of its agent; null: none. */
  readonly connection: string | null;
  readonly agentInstanceId: string | null;
  /** Whether to send the git diff of the current repository with each step. */
  readonly gitDiff: boolean;
  /** Whether to say where the process runs. */
  readonly context: boolean;
  /** How long a permission waits for its answer; null: the tool is not offered. */
  readonly permissionSeconds: number | null;
}

const DEFAULT_URL = 'http://127.0.0.1:8080';

/**
 * How long a failed request is repeated. Short, so that the agent soon learns that the server is down. Waits
 * for an answer have their own limit.
 */
const RETRY_FOR_MS = 8_000;

/**
 * Runs an MCP server on stdin and stdout for one agent. It sends everything to a dashboard server. It ends
 * when stdin ends. The dashboard server may start later: until then the tools return that it cannot be
 * reached.
 * @param firstAnswer has answered the client's first request while this file was loaded.
 * @throws UsageError when the token is missing, or an option is wrong.
 */
export async function mcp(
  env: Environment,
  options: McpOptions,
  firstAnswer: FirstAnswer | null,
): Promise<void> {
  const connection = options.connection === null ? null : requireConnection(options.connection, env);
  const token = connection?.token ?? readToken(env, options);
  if (token === null) {
    throw new UsageError(
      `mcp needs a token: --api-key or AGENT_DASHBOARD_API_KEY; to make one: ${typedCommand('token issue --user local')}`,
    );
  }
  const baseUrl = connection?.base_url ?? readServerUrl(env, options) ?? DEFAULT_URL;
  const agent = createClient({ baseUrl, token, retryForMs: RETRY_FOR_MS });
  // readConfig is not used: in the agent's environment, variables such as PORT may mean something else.
  const logger = createLogger('warn');
  const workingDiff = options.gitDiff ? await WorkingDiff.sinceCurrentCommit(process.cwd(), logger) : null;
  const session = new StdioSession(uuidV7, options.agentInstanceId);
  await serveMcpOverStdio({
    ...packageInfo,
    dispatch: remoteDispatch({
      agentClient: agent,
      sessionInstanceId: () => session.agentInstanceId,
      readGitDiff: workingDiff && (() => workingDiff.read()),
      readContext: options.context ? localContext() : null,
    }),
    ids: uuidV7,
    logger,
    session,
    clientType: env.AGENT_DASHBOARD_CLIENT_TYPE?.trim() || null,
    permissionSeconds: options.permissionSeconds,
    firstAnswer,
  });
}

function requireConnection(nameOrPath: string, env: Environment) {
  const path = connectionPath(nameOrPath, env);
  const connection = readConnection(path);
  if (connection !== null) return connection;
  throw new UsageError(`there is no connection ${path}; to make one: ${typedCommand('connect')}`);
}
