import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { Timing } from '../call/timing.ts';
import { type HttpRequestInfo, packRequestInfo } from './http-request-info.ts';
import { sessionIdMissingResponse, sessionNotFoundResponse } from './json-rpc-responses.ts';
import { createLegacyServer, type LegacyServerOptions } from './legacy-server.ts';
import { SessionEventStore } from './session-event-store.ts';
import { type McpSession, Sessions } from './sessions.ts';

export interface LegacyOptions extends LegacyServerOptions {
  readonly timing: Timing;
}

type Transport = WebStandardStreamableHTTPServerTransport;

interface StreamableSession extends McpSession {
  readonly transport: Transport;
}

/** Streamable HTTP with sessions, for the protocol versions up to 2025-11-25. */
export class LegacyTransport {
  readonly sessions: Sessions<StreamableSession>;
  readonly #options: LegacyOptions;

  constructor(options: LegacyOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.timing.sessionIdleMs);
  }

  async handle(request: Request, requestInfo: HttpRequestInfo, res: ServerResponse): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return this.#openSession(request, requestInfo, res);
    const session = this.sessions.find(id, requestInfo.caller);
    if (session === null) return sessionNotFoundResponse();
    this.sessions.markInUse(id, res);
    return handleRequest(session.transport, request, requestInfo);
  }

  async #openSession(request: Request, requestInfo: HttpRequestInfo, res: ServerResponse): Promise<Response> {
    if (request.method !== 'POST' || !isInitializeRequest(requestInfo.body))
      return sessionIdMissingResponse();
    const transport: Transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new SessionEventStore(),
      keepAliveMs: this.#options.timing.keepAliveMs,
      onsessioninitialized: (id) =>
        this.#register({ id, transport, close: () => transport.close() }, requestInfo.caller, res),
    });
    const server = createLegacyServer({
      ...this.#options,
      // The result is sent here. The library sends nothing for a cancelled request, so the request's stream
      // would stay open for ever. Closing only the stream is not enough: clients of 2025-11-25 would resume
      // it and wait.
      onCancelled: (requestId, result) => {
        transport
          .send({ jsonrpc: '2.0', id: requestId, result: { ...result } })
          .catch((error: Error) => this.#options.onError(error));
      },
    });
    await server.connect(transport);
    const response = await handleRequest(transport, request, requestInfo);
    // If there is no session id, the library has refused the request and opened no session.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  #register(session: StreamableSession, caller: Caller, res: ServerResponse): void {
    const { id, transport } = session;
    this.sessions.add(session, caller);
    this.sessions.markInUse(id, res);
    const libraryOnClose = transport.onclose;
    transport.onclose = () => {
      this.sessions.remove(id);
      libraryOnClose?.();
    };
  }
}

const handleRequest = (transport: Transport, request: Request, requestInfo: HttpRequestInfo) =>
  transport.handleRequest(request, {
    parsedBody: requestInfo.libraryBody,
    authInfo: packRequestInfo(requestInfo),
  });
