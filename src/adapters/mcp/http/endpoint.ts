import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLegacyRequest } from '@modelcontextprotocol/server';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { DEFAULT_TIMING, type Timing } from '../call/timing.ts';
import { createServerFeatures } from '../protocol/server-features.ts';
import type { ToolServices } from '../tools/call-tool.ts';
import { httpContextOf } from './http-context.ts';
import { shuttingDown } from './json-rpc-responses.ts';
import { LegacyTransport } from './legacy-transport.ts';
import { ModernTransport } from './modern-transport.ts';
import { RunningCalls } from './running-calls.ts';
import { SseTransport } from './sse-transport.ts';
import { sendResponse, toRequest, whenGone } from './web-bridge.ts';

export interface McpEndpointOptions extends Omit<ToolServices, 'timing'> {
  /** Of this server, as clients are told. */
  readonly name: string;
  readonly version: string;
  readonly timing?: Partial<Timing>;
  /** Where the host has put `messages`. */
  readonly messagesPath?: string;
}

/** What the host found out before it passes a request on: who calls, and the parsed JSON body of a POST. */
export interface Authenticated {
  readonly caller: Caller;
  readonly body: unknown;
}

/** Answers a request on a bare node response. Resolves when the answer is out or the client gone. */
export type McpHandler = (req: IncomingMessage, res: ServerResponse, by: Authenticated) => Promise<void>;

export interface McpEndpoint {
  /** Streamable HTTP: GET, POST and DELETE, of every revision. */
  readonly streamable: McpHandler;
  /** GET: the stream of HTTP+SSE. */
  readonly sse: McpHandler;
  /** POST: what goes with that stream. */
  readonly messages: McpHandler;
  /** Sessions that are open. */
  readonly sessions: number;
  /**
   * Takes no more requests, lets calls that are being answered finish for `graceMs`, and closes every
   * stream and session. Make waits answer first, by stopping `dispatch`.
   */
  close(graceMs?: number): Promise<void>;
}

/** MCP for any host that speaks node:http: every transport over one set of use cases. */
export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { dispatch, ids, logger, name, version, messagesPath = '/messages' } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const running = new RunningCalls(createServerFeatures({ dispatch, ids, logger, timing }));
  // The libraries report every odd request this way; whoever sent it is told, too.
  const onError = (err: Error) => logger.debug({ err }, 'mcp');
  const settings = { name, version, timing, onError, features: running.features };

  const legacy = new LegacyTransport(settings);
  const modern = new ModernTransport(settings);
  const sse = new SseTransport({ ...settings, messagesPath });
  let closing = false;

  const open =
    (handler: McpHandler): McpHandler =>
    (req, res, by) =>
      closing ? sendResponse(shuttingDown(), res) : handler(req, res, by);

  return {
    streamable: open(async (req, res, by) => {
      const gone = whenGone(res);
      const context = httpContextOf({ req, res }, { ...by, gone });
      const request = toRequest(req, gone);
      const isLegacy = await isLegacyRequest(request, by.body);
      const response = await (isLegacy
        ? legacy.handle(request, context, res)
        : modern.handle(request, context));
      await sendResponse(response, res);
    }),
    sse: open((req, res, by) => sse.stream(res, httpContextOf({ req, res }, { ...by, gone: null }))),
    messages: open((req, res, by) =>
      sse.message(req, res, httpContextOf({ req, res }, { ...by, gone: null })),
    ),
    get sessions() {
      return legacy.sessions.size + sse.sessions.size;
    },
    async close(graceMs = 1_000) {
      closing = true;
      await running.settle(graceMs);
      await Promise.all([legacy.sessions.closeAll(), sse.sessions.closeAll(), modern.close()]);
    },
  };
}
