import { CLIENT_INFO_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { UserId } from '../../../domain/ids.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { libraryMessage, sentArguments } from '../call/library-message.ts';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import { DEFAULT_TIMING } from '../call/timing.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { createToolFeatures } from '../protocol/server-features.ts';
import type { ToolServices } from '../tools/call-tool.ts';
import { TOOLS } from '../tools/tools.ts';
import { createApproveTool } from './approve-tool.ts';
import type { FirstAnswer } from './first-answer.ts';
import type { StdioSession } from './stdio-session.ts';

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
 * The same limit as for an agent's message over REST. The longest content fits, even with every character
 * escaped.
 */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Serves MCP on stdin and stdout, in the protocol version that the client starts with. Resolves when stdin or
 * stdout closes. Calls that still wait are then aborted.
 * @throws Error if a message is larger than 16 MiB, because the start of the next message cannot be found.
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

  /** The arguments of calls that the library has not yet passed to their handler, by JSON-RPC id. */
  const argumentsById = new Map<unknown, unknown>();
  const takeArguments = (id: unknown): unknown => {
    const args = argumentsById.get(id);
    argumentsById.delete(id);
    return args ?? null;
  };

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
    sentArguments: takeArguments(mcpReq.id),
  });

  const { promise: connectionEnded, resolve, reject } = Promise.withResolvers<void>();
  // Registered before the transport's own listeners, which close the transport on the same events.
  for (const event of ['end', 'close', 'error'] as const) process.stdin.once(event, () => resolve());
  process.stdout.once('error', () => resolve());
  if (process.stdin.readableEnded || process.stdin.destroyed) resolve();
  const transport = new StdioServerTransport(process.stdin, process.stdout, {
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  const answeredId = options.firstAnswer?.handOver() ?? null;
  if (answeredId !== null) dropAnswerTo(answeredId, transport);
  const stdioServer = serveStdio(() => createModernServer({ name, version, features }, createMcpCall), {
    transport,
    onerror: (err) => logger.debug({ err }, 'mcp'),
  });
  const { onmessage: libraryOnMessage } = transport;
  transport.onmessage = (message) => {
    const args = 'id' in message ? sentArguments(message, message.id) : null;
    if (args !== null && 'id' in message) argumentsById.set(message.id, args);
    libraryOnMessage?.(libraryMessage(message) as typeof message);
  };
  // When stdin or stdout ends, `connectionEnded` is resolved first. So any other close means that the buffer
  // has overflowed.
  const { onclose: libraryOnClose } = transport;
  transport.onclose = () => {
    libraryOnClose?.();
    reject(new Error('A message of the client is longer than 16 MiB'));
  };
  // The first answer may have left stdin paused. Its bytes come only now, when all listeners are there.
  process.stdin.resume();
  await connectionEnded;
  await stdioServer.close();
}

/** Keeps the transport from sending its first answer to this request, because the client has it already. */
function dropAnswerTo(id: unknown, transport: StdioServerTransport): void {
  const send = transport.send.bind(transport);
  transport.send = async (message) => {
    if (!('id' in message) || message.id !== id || 'method' in message) return send(message);
    transport.send = send;
  };
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
