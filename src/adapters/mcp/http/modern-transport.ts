import {
  createMcpHandler,
  InMemoryServerEventBus,
  type McpHttpHandler,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { type McpCall, progressReporter } from '../call/mcp-call.ts';
import type { Timing } from '../call/timing.ts';
import { createModernServer } from '../protocol/modern-server.ts';
import { findTool } from '../tools/tools.ts';
import { authInfoOf, type HttpRequestInfo, requestInfoFrom, sentArguments } from './http-request-info.ts';
import type { LegacyServerOptions } from './legacy-server.ts';

export interface ModernOptions
  extends Pick<LegacyServerOptions, 'name' | 'version' | 'features' | 'onError'> {
  readonly timing: Timing;
}

/** Streamable HTTP without sessions, for the stateless protocol version 2026-07-28. */
export class ModernTransport {
  /** Answers with JSON, or with a stream if something has to be sent before the result. */
  readonly #quick: McpHttpHandler;
  /** Opens a stream at once, for calls that wait for a person: many clients time out without a first byte. */
  readonly #streaming: McpHttpHandler;

  constructor(options: ModernOptions) {
    const settings = {
      legacy: 'reject',
      keepAliveMs: options.timing.keepAliveMs,
      bus: new InMemoryServerEventBus(),
      onerror: options.onError,
    } as const;
    const factory = () => createModernServer(options, callOf);
    this.#quick = createMcpHandler(factory, { ...settings, responseMode: 'auto' });
    this.#streaming = createMcpHandler(factory, { ...settings, responseMode: 'sse' });
  }

  handle(request: Request, requestInfo: HttpRequestInfo): Promise<Response> {
    const handler = callsLongRunningTool(requestInfo.body) ? this.#streaming : this.#quick;
    return handler.fetch(request, {
      authInfo: authInfoOf(requestInfo),
      ...(requestInfo.body !== undefined && { parsedBody: requestInfo.body }),
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#streaming.close()]);
  }
}

function callOf(server: Server, { http, mcpReq }: ServerContext): McpCall {
  const requestInfo = requestInfoFrom(http?.authInfo);
  return {
    caller: requestInfo.caller,
    requestId: requestInfo.requestId,
    client: { ...requestInfo, name: server.getClientVersion()?.name ?? null },
    // The library also aborts it when the connection closes.
    signal: mcpReq.signal,
    onProgress: progressReporter(mcpReq._meta?.progressToken, (notification) => mcpReq.notify(notification)),
    sentArguments: sentArguments(requestInfo.body, mcpReq.id),
  };
}

function callsLongRunningTool(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && findTool(String(params?.name))?.isLongRunning === true;
}
