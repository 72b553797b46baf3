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
import { authOf, sentArguments, type Visit, visitFrom } from './http-context.ts';
import type { LegacyServerOptions } from './legacy-server.ts';

export interface ModernOptions extends Pick<LegacyServerOptions, 'name' | 'version' | 'offer' | 'onError'> {
  readonly timing: Timing;
}

/** The stateless revision 2026-07-28. */
export class ModernLeg {
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

  handle(request: Request, visit: Visit): Promise<Response> {
    const handler = mayWait(visit.body) ? this.#streaming : this.#quick;
    return handler.fetch(request, {
      authInfo: authOf(visit),
      ...(visit.body !== undefined && { parsedBody: visit.body }),
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#streaming.close()]);
  }
}

function callOf(server: Server, { http, mcpReq }: ServerContext): McpCall {
  const visit = visitFrom(http?.authInfo);
  return {
    caller: visit.caller,
    requestId: visit.requestId,
    client: { ...visit, name: server.getClientVersion()?.name ?? null },
    // Aborted when the connection closes, too.
    gone: mcpReq.signal,
    onProgress: progressReporter(mcpReq._meta?.progressToken, (notification) => mcpReq.notify(notification)),
    sentArguments: sentArguments(visit.body, mcpReq.id),
  };
}

function mayWait(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && toolNamed(String(params?.name))?.mayWait === true;
}
