import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLegacyRequest } from '@modelcontextprotocol/server';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import { DEFAULT_TIMING, type Timing } from '../call/timing.ts';
import { createServerFeatures } from '../protocol/server-features.ts';
import type { ToolServices } from '../tools/tool-services.ts';
import { collectRequestInfo } from './http-request-info.ts';
import { shuttingDownResponse } from './json-rpc-responses.ts';
import { LegacyTransport } from './legacy-transport.ts';
import { isModern, ModernTransport } from './modern-transport.ts';
import { RunningCalls } from './running-calls.ts';
import { SseTransport } from './sse-transport.ts';
import { createClientGoneSignal, sendResponse, toFetchRequest } from './web-bridge.ts';

export interface McpEndpointOptions extends Omit<ToolServices, 'timing' | 'questionUrl' | 'questionApp'> {
  /** The server's name, as clients see it. */
  readonly name: string;
  /** The server's version, as clients see it. */
  readonly version: string;
  readonly timing?: Partial<Timing>;
  /**
   * Returns the address of the page without a slash at its end. Absent: clients are never asked to open it.
   */
  readonly pageUrl?: () => string;
  /**
   * Proves that an answer comes from the app that shows the question in the client; at least 32 bytes, the
   * same in every process. Absent: a new one, so that an app of another process cannot answer here.
   */
  readonly appSecret?: Buffer | null;
  /** The path under which the host serves `messages`. Default: `/messages`. */
  readonly messagesPath?: string;
}

/**
 * What the host (the program that serves HTTP) adds to each request: its authenticated caller, and the parsed
 * JSON body of a POST.
 */
export interface AuthenticatedRequest {
  readonly caller: Caller;
  readonly body: unknown;
}

/** Answers a node:http request. Resolves when the response is sent or the client has disconnected. */
export type McpHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  request: AuthenticatedRequest,
) => Promise<void>;

export interface McpEndpoint {
  /** Streamable HTTP, all protocol versions: GET, POST and DELETE. */
  readonly streamable: McpHandler;
  /** HTTP+SSE: GET opens the stream. */
  readonly sse: McpHandler;
  /** HTTP+SSE: POST sends a message of the client. */
  readonly messages: McpHandler;
  /** The number of open sessions. */
  readonly sessionCount: number;
  /**
   * Refuses new requests with 503, lets running calls finish for `graceMs` (default 1,000), and then closes
   * every stream and session. Stop `dispatch` first, so that calls that wait for a person return at once.
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Creates the MCP server for any host that has node:http requests. All transports share one set of tools.
 * The host authenticates each request and parses its body.
 */
export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const { dispatch, ids, logger, name, version, pageUrl, messagesPath = '/messages' } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const questionUrl = (id: string) => (pageUrl === undefined ? null : `${pageUrl()}/#/instances/${id}`);
  const features = createServerFeatures(
    { dispatch, ids, logger, timing, questionUrl },
    options.appSecret ?? randomBytes(32),
  );
  const runningCalls = new RunningCalls(features);
  // The libraries report every malformed request here. The client gets the error too, so `debug` is enough.
  const onError = (err: Error) => logger.debug({ err }, 'mcp');
  const settings = { name, version, timing, onError, features: runningCalls.features };

  // `legacy` serves the protocol versions with sessions, `modern` those without sessions.
  const legacy = new LegacyTransport(settings);
  const modern = new ModernTransport(settings);
  const sse = new SseTransport({ ...settings, messagesPath });
  let isClosing = false;

  const refuseWhenClosing =
    (handler: McpHandler): McpHandler =>
    (req, res, request) =>
      isClosing ? sendResponse(shuttingDownResponse(), res) : handler(req, res, request);

  return {
    streamable: refuseWhenClosing(async (req, res, { caller, body }) => {
      const signal = createClientGoneSignal(res);
      const requestInfo = collectRequestInfo({ req, res }, { caller, body, signal });
      if (await modern.answerPoll(req, res, requestInfo)) return;
      const request = toFetchRequest(req, signal);
      const isLegacy =
        request.method === 'POST'
          ? await isLegacyRequest(request, requestInfo.libraryBody)
          : !isModern(request);
      if (isLegacy) await sendResponse(await legacy.handle(request, requestInfo, res), res);
      else await modern.handle(request, requestInfo, res);
    }),
    // HTTP+SSE sends its responses on the stream. So the signal is null: a call goes on when the connection
    // of its POST closes.
    sse: refuseWhenClosing((req, res, request) =>
      sse.openStream(res, collectRequestInfo({ req, res }, { ...request, signal: null })),
    ),
    messages: refuseWhenClosing((req, res, request) =>
      sse.receiveMessage(req, res, collectRequestInfo({ req, res }, { ...request, signal: null })),
    ),
    get sessionCount() {
      return legacy.sessions.size + sse.sessions.size;
    },
    async close(graceMs = 1_000) {
      isClosing = true;
      await runningCalls.drain(graceMs);
      await Promise.all([legacy.sessions.closeAll(), sse.sessions.closeAll(), modern.close()]);
    },
  };
}
