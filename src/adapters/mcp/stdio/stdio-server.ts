import { CLIENT_INFO_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { UserId } from '../../../domain/ids.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import { DEFAULT_TIMING } from '../call/timing.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { createToolFeatures } from '../protocol/server-features.ts';
import type { ToolServices } from '../tools/tool-services.ts';
import { TOOLS } from '../tools/tools.ts';
import { createApproveTool } from './approve/approve-tool.ts';
import type { FirstAnswer } from './first-answer.ts';
import type { StdioSession } from './stdio-session.ts';
import { StdioTransport } from './stdio-transport.ts';

export interface StdioOptions extends Pick<ToolServices, 'dispatch' | 'ids' | 'logger'> {
  readonly name: string;
  readonly version: string;
  readonly session: StdioSession;
  /** The agent type; null: the client's own name. */
  readonly clientType: string | null;
  /** How long the tool `approve` waits for the person; null: the tool is not offered. */
  readonly permissionSeconds: number | null;
  /** Has answered the client's first request; null: the library answers it. */
  readonly firstAnswer: FirstAnswer | null;
}

/**
 * A value for the required field `caller`. It is not used: `dispatch` forwards each call to the HTTP server,
 * which finds the real caller from the token.
 */
const PLACEHOLDER_CALLER: Caller = {
  userId: '' as UserId,
  scopes: ['agent'],
  expiresAt: null,
  email: null,
  displayName: null,
};

/**
 * Serves MCP on stdin and stdout, in the protocol version that the client starts with. Resolves when stdin or
 * stdout closes. Calls that still wait are then aborted.
 * @throws Error if a message is longer than 16 MiB.
 */
export async function serveMcpOverStdio(options: StdioOptions): Promise<void> {
  const { name, version, session, permissionSeconds, logger } = options;
  const services: ToolServices = {
    ...options,
    timing: DEFAULT_TIMING,
    sessionInstanceId: () => session.agentInstanceId,
  };
  const tools = TOOLS.map((tool) => session.bindTool(tool));
  if (permissionSeconds !== null) tools.push(createApproveTool(session, permissionSeconds));
  const features = createToolFeatures(services, tools);

  const transport = new StdioTransport(process, options.firstAnswer?.handOver() ?? null);
  const createMcpCall = (server: Server, { mcpReq }: ServerContext): McpCall => ({
    requestId: null,
    caller: PLACEHOLDER_CALLER,
    client: {
      clientType: options.clientType,
      name: clientName(server, mcpReq),
      userAgent: null,
    },
    signal: mcpReq.signal,
    sendProgress: progressReporter(mcpReq._meta?.progressToken, (notification) =>
      mcpReq.notify(notification),
    ),
    acceptsTasks: false,
    elicitation: null,
    showsApps: false,
    sentArguments: transport.argumentsOf(mcpReq.id),
  });

  const stdioServer = serveStdio(() => createModernServer({ name, version, features }, createMcpCall), {
    transport,
    onerror: (err) => logger.debug({ err }, 'mcp'),
  });
  await transport.ended;
  await stdioServer.close();
}

/**
 * Returns the client's name. Clients send it when they connect or, since version 2026-07-28, in every
 * request.
 */
function clientName(server: Server, { envelope }: ServerContext['mcpReq']): string | null {
  const clientInfo = (envelope as { [key: string]: { name?: unknown } | undefined } | undefined)?.[
    CLIENT_INFO_META_KEY
  ];
  return server.getClientVersion()?.name ?? (typeof clientInfo?.name === 'string' ? clientInfo.name : null);
}
