import { remoteDispatch } from '../../../adapters/client/agent/remote-dispatch.ts';
import { createClient } from '../../../adapters/client/client.ts';
import { WorkingDiff } from '../../../adapters/git/working-diff.ts';
import { serveMcpOverStdio } from '../../../adapters/mcp/stdio/stdio-server.ts';
import { StdioSession } from '../../../adapters/mcp/stdio/stdio-session.ts';
import { uuidV7 } from '../../../adapters/runtime/system.ts';
import type { Environment } from '../../config/config.ts';
import { UsageError } from '../../errors.ts';
import { createLogger } from '../../logger.ts';
import { packageInfo } from '../../package-info.ts';
import { givenKey, givenUrl } from '../../terminal/server-address.ts';

export interface McpOptions {
  /** Null: of the environment, else the server's default on this machine. */
  readonly baseUrl: string | null;
  /** Null: of the environment. */
  readonly apiKey: string | null;
  readonly agentInstanceId: string | null;
  readonly gitDiff: boolean;
  /** How long a permission may wait for its answer; null: there is no such tool. */
  readonly permissionSeconds: number | null;
}

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** An agent should hear soon that nobody listens; a wait goes on until its own end. */
const PATIENCE_MS = 8_000;

/**
 * MCP over stdio for one agent, whose dashboard is a server elsewhere. Ends when stdin does. The server need not
 * run yet: until it does, tools answer that it cannot be reached.
 * @throws UsageError for an option that is missing or wrong.
 */
export async function mcp(env: Environment, options: McpOptions): Promise<void> {
  const token = givenKey(env, options);
  if (token === null) {
    throw new UsageError('mcp needs a key: --api-key or AGENT_DASHBOARD_API_KEY; `token issue` makes one');
  }
  const baseUrl = givenUrl(env, options) ?? DEFAULT_URL;
  const agent = createClient({ baseUrl, token, retryForMs: PATIENCE_MS });
  // Not by readConfig: this runs in the surroundings of an agent, whose variables may mean something else.
  const logger = createLogger('warn');
  const diff = options.gitDiff ? await WorkingDiff.fromNow(process.cwd(), logger) : null;
  const session = new StdioSession(uuidV7, options.agentInstanceId);
  await serveMcpOverStdio({
    ...packageInfo,
    dispatch: remoteDispatch({
      agent,
      sessionInstanceId: () => session.agentInstanceId,
      readGitDiff: diff && (() => diff.read()),
    }),
    ids: uuidV7,
    logger,
    session,
    clientType: env.AGENT_DASHBOARD_CLIENT_TYPE?.trim() || null,
    permissionSeconds: options.permissionSeconds,
  });
}
