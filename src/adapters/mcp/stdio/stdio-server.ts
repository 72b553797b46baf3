import { CLIENT_INFO_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { UserId } from '../../../domain/ids.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import { DEFAULT_TIMING } from '../call/timing.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { type MethodParams, toolFeatures } from '../protocol/server-features.ts';
import type { ToolServices } from '../tools/call-tool.ts';
import { TOOLS } from '../tools/tools.ts';
import { approveTool } from './approve-tool.ts';
import type { StdioSession } from './stdio-session.ts';

export interface StdioOptions extends Pick<ToolServices, 'dispatch' | 'ids' | 'logger'> {
  readonly name: string;
  readonly version: string;
  readonly session: StdioSession;
  /** Instead of what the client calls itself. */
  readonly clientType: string | null;
  /** How long `approve` waits for the person; null: there is no such tool. */
  readonly permissionSeconds: number | null;
}

/** Who calls is for the server behind `dispatch` to know. */
const SOMEBODY: Caller = {
  userId: '' as UserId,
  scopes: ['agent'],
  expiresAt: null,
  email: null,
  displayName: null,
};

/** As much as REST takes of an agent's message, and so enough for one with every character escaped. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * MCP on stdin and stdout, in whichever revision the client opens with. Resolves when stdin ends; calls that are
 * still waiting then are let go of.
 * @throws Error for a message that is too long: what follows it cannot be told from the rest of it.
 */
export async function serveMcpOverStdio(options: StdioOptions): Promise<void> {
  const { name, version, session, permissionSeconds, logger } = options;
  const services = { ...options, timing: DEFAULT_TIMING, ownInstance: () => session.agentInstanceId };
  const tools = TOOLS.map((tool) => session.joining(tool));
  if (permissionSeconds !== null) tools.push(approveTool(session, permissionSeconds));
  const features = toolFeatures(services, tools);

  const callOf = (server: Server, { mcpReq }: ServerContext, params: MethodParams): McpCall => ({
    requestId: null,
    caller: SOMEBODY,
    client: {
      clientType: options.clientType,
      name: clientName(server, mcpReq),
      userAgent: null,
    },
    gone: mcpReq.signal,
    onProgress: progressReporter(mcpReq._meta?.progressToken, (notification) => mcpReq.notify(notification)),
    sentArguments: params.arguments ?? null,
  });

  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  // Before the transport looks: it closes itself for these, too.
  for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, () => resolve());
  process.stdout.once('error', () => resolve());
  if (process.stdin.readableEnded || process.stdin.destroyed) resolve();
  const transport = new StdioServerTransport(process.stdin, process.stdout, {
    maxBufferSize: LONGEST_MESSAGE_BYTES,
  });
  const handle = serveStdio(() => createModernServer({ name, version, features }, callOf), {
    transport,
    onerror: (err) => logger.debug({ err }, 'mcp'),
  });
  const { onclose } = transport;
  transport.onclose = () => {
    onclose?.();
    reject(new Error('A message of the client is longer than 16 MiB'));
  };
  await ended;
  await handle.close();
}

/** Told once, when the connection opens; as of 2026-07-28 with every request. */
function clientName(server: Server, { envelope }: ServerContext['mcpReq']): string | null {
  const told = (envelope as { [key: string]: { name?: unknown } | undefined } | undefined)?.[
    CLIENT_INFO_META_KEY
  ];
  return server.getClientVersion()?.name ?? (typeof told?.name === 'string' ? told.name : null);
}
