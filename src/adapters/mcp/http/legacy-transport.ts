import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { Timing } from '../call/timing.ts';
import { authOf, type HttpContext } from './http-context.ts';
import { sessionMissing, sessionNotFound } from './json-rpc-responses.ts';
import { createLegacyServer, type LegacyServerOptions } from './legacy-server.ts';
import { SessionEventStore } from './session-event-store.ts';
import { type Session, Sessions } from './sessions.ts';

export interface LegacyOptions extends LegacyServerOptions {
  readonly timing: Timing;
}

type Transport = WebStandardStreamableHTTPServerTransport;

interface StreamableSession extends Session {
  readonly transport: Transport;
}

/** Streamable HTTP with sessions: the revisions up to 2025-11-25. */
export class LegacyTransport {
  readonly sessions: Sessions<StreamableSession>;
  readonly #options: LegacyOptions;

  constructor(options: LegacyOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.timing.sessionIdleMs);
  }

  async handle(request: Request, context: HttpContext, res: ServerResponse): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return this.#open(request, context, res);
    const session = this.sessions.find(id, context.caller);
    if (session === null) return sessionNotFound();
    this.sessions.holdFor(id, res);
    return pass(session.transport, request, context);
  }

  async #open(request: Request, context: HttpContext, res: ServerResponse): Promise<Response> {
    if (request.method !== 'POST' || !isInitializeRequest(context.body)) return sessionMissing();
    const transport: Transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new SessionEventStore(),
      keepAliveMs: this.#options.timing.keepAliveMs,
      onsessioninitialized: (id) =>
        this.#keep({ id, transport, close: () => transport.close() }, context.caller, res),
    });
    const server = createLegacyServer({
      ...this.#options,
      // What the library keeps silent about would leave its stream, and what it knows of it, open for ever.
      // Closing the stream alone makes clients of 2025-11-25 resume it, and wait on it for nothing.
      onCancelled: (requestId, result) => {
        transport
          .send({ jsonrpc: '2.0', id: requestId, result: { ...result } })
          .catch((error: Error) => this.#options.onError(error));
      },
    });
    await server.connect(transport);
    const response = await pass(transport, request, context);
    // Refused before it became a session.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  #keep(session: StreamableSession, caller: Caller, res: ServerResponse): void {
    const { id, transport } = session;
    this.sessions.add(session, caller);
    this.sessions.holdFor(id, res);
    const closed = transport.onclose;
    transport.onclose = () => {
      this.sessions.remove(id);
      closed?.();
    };
  }
}

const pass = (transport: Transport, request: Request, context: HttpContext) =>
  transport.handleRequest(request, { parsedBody: context.body, authInfo: authOf(context) });
