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
import { toolNamed } from '../tools/tools.ts';
import { authOf, type HttpContext, httpContextFrom, sentArguments } from './http-context.ts';
import type { LegacyServerOptions } from './legacy-server.ts';

export interface ModernOptions
  extends Pick<LegacyServerOptions, 'name' | 'version' | 'features' | 'onError'> {
  readonly timing: Timing;
}

/** The stateless revision 2026-07-28. */
export class ModernTransport {
  /** Answers as JSON, unless there is something to tell before the result. */
  readonly #quick: McpHttpHandler;
  /** Opens its stream at once: the first byte must not wait for a person. */
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

  handle(request: Request, context: HttpContext): Promise<Response> {
    const handler = mayWait(context.body) ? this.#streaming : this.#quick;
    return handler.fetch(request, {
      authInfo: authOf(context),
      ...(context.body !== undefined && { parsedBody: context.body }),
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#streaming.close()]);
  }
}

function callOf(server: Server, { http, mcpReq }: ServerContext): McpCall {
  const context = httpContextFrom(http?.authInfo);
  return {
    caller: context.caller,
    requestId: context.requestId,
    client: { ...context, name: server.getClientVersion()?.name ?? null },
    // Aborted when the connection closes, too.
    gone: mcpReq.signal,
    onProgress: progressReporter(mcpReq._meta?.progressToken, (notification) => mcpReq.notify(notification)),
    sentArguments: sentArguments(context.body, mcpReq.id),
  };
}

function mayWait(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && toolNamed(String(params?.name))?.mayWait === true;
}
