import {
  createMcpHandler,
  InMemoryServerEventBus,
  type McpHttpHandler,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { sentArguments } from '../call/library-message.ts';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import type { Timing } from '../call/timing.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { findTool } from '../tools/tools.ts';
import { type HttpRequestInfo, packRequestInfo, unpackRequestInfo } from './http-request-info.ts';
import { methodNotAllowedResponse } from './json-rpc-responses.ts';
import type { LegacyServerOptions } from './legacy-server.ts';

export interface ModernOptions
  extends Pick<LegacyServerOptions, 'name' | 'version' | 'features' | 'onError'> {
  readonly timing: Timing;
}

const FIRST_MODERN_REVISION = '2026-07-28';

/** Whether a GET or DELETE names a stateless revision. A POST says so in its body. */
export function isModern(request: Request): boolean {
  const revision = request.headers.get('mcp-protocol-version') ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(revision) && revision >= FIRST_MODERN_REVISION;
}

/** Streamable HTTP without sessions, for the stateless protocol version 2026-07-28. */
export class ModernTransport {
  /** Responds with JSON, or with a stream if something has to be sent before the result. */
  readonly #defaultHandler: McpHttpHandler;
  /** Opens a stream at once, for calls that wait for a person: many clients give up without a first byte. */
  readonly #streamingHandler: McpHttpHandler;

  constructor(options: ModernOptions) {
    const settings = {
      legacy: 'reject',
      keepAliveMs: options.timing.keepAliveMs,
      bus: new InMemoryServerEventBus(),
      onerror: options.onError,
    } as const;
    const createServer = () => createModernServer(options, createMcpCall);
    this.#defaultHandler = createMcpHandler(createServer, { ...settings, responseMode: 'auto' });
    this.#streamingHandler = createMcpHandler(createServer, { ...settings, responseMode: 'sse' });
  }

  async handle(request: Request, requestInfo: HttpRequestInfo): Promise<Response> {
    if (request.method !== 'POST') {
      const message = `From revision ${FIRST_MODERN_REVISION} on there are no sessions, and every message is a POST`;
      return methodNotAllowedResponse(message, 'POST');
    }
    const handler = callsLongRunningTool(requestInfo.body) ? this.#streamingHandler : this.#defaultHandler;
    return handler.fetch(request, {
      authInfo: packRequestInfo(requestInfo),
      ...(requestInfo.body !== undefined && { parsedBody: requestInfo.libraryBody }),
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#defaultHandler.close(), this.#streamingHandler.close()]);
  }
}

function createMcpCall(server: Server, { http, mcpReq }: ServerContext): McpCall {
  const requestInfo = unpackRequestInfo(http?.authInfo);
  return {
    caller: requestInfo.caller,
    requestId: requestInfo.requestId,
    client: { ...requestInfo, name: server.getClientVersion()?.name ?? null },
    // The library aborts this signal also when the connection closes.
    signal: mcpReq.signal,
    sendProgress: progressReporter(mcpReq._meta?.progressToken, (notification) =>
      mcpReq.notify(notification),
    ),
    sentArguments: sentArguments(requestInfo.body, mcpReq.id),
  };
}

function callsLongRunningTool(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && findTool(String(params?.name))?.isLongRunning === true;
}
