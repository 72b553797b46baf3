import type { IncomingMessage, ServerResponse } from 'node:http';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { INVALID_REQUEST } from '../call/mcp-protocol-error.ts';
import { type HttpRequestInfo, type LibraryAuthInfo, packRequestInfo } from './http-request-info.ts';
import { jsonRpcError, sessionNotFoundResponse, tooManySessionsResponse } from './json-rpc-responses.ts';
import { createLegacyServer } from './legacy-server.ts';
import { OpenRequests } from './open-requests.ts';
import { type McpSession, Sessions } from './sessions.ts';
import type { LegacyOptions } from './streamable-session.ts';
import { sendResponse } from './web-bridge.ts';

export interface SseOptions extends LegacyOptions {
  /** The path to which clients post their messages. The stream's first event contains it. */
  readonly messagesPath: string;
}

interface SseSession extends McpSession {
  readonly transport: SSEServerTransport;
  readonly requests: OpenRequests;
}

/** A client that leaves more bytes than this unread is disconnected. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/**
 * HTTP+SSE, the transport of protocol version 2024-11-05: clients send by POST, and get all responses on one
 * stream.
 */
export class SseTransport {
  readonly sessions: Sessions<SseSession>;
  readonly #options: SseOptions;

  constructor(options: SseOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.timing.sessionIdleMs);
  }

  /** Opens the stream of a new session. Resolves when the stream closes; the session ends with it. */
  async openStream(res: ServerResponse, { caller }: HttpRequestInfo): Promise<void> {
    const { messagesPath, timing } = this.#options;
    if (!this.sessions.makeRoom(caller)) return sendResponse(tooManySessionsResponse(), res);
    const transport = new SSEServerTransport(messagesPath, res);
    const requests = new OpenRequests();
    const send = transport.send.bind(transport);
    transport.send = (message) => {
      if (!('method' in message) && message.id !== undefined) requests.remove(message.id);
      return send(message);
    };
    const server = createLegacyServer({
      ...this.#options,
      onCancelled: (requestId) => requests.remove(requestId),
    });
    const id = transport.sessionId;
    this.sessions.add({ id, transport, requests, close: () => transport.close() }, caller);
    this.sessions.markInUse(id, caller, res);
    // Without this header, nginx would keep events back in its buffer.
    res.setHeader('X-Accel-Buffering', 'no');
    const closed = new Promise<void>((resolve) => res.once('close', resolve));
    await server.connect(transport);
    // The library itself sends nothing on an idle stream.
    const keepAliveTimer = setInterval(() => sendKeepAlive(res), timing.keepAliveMs);
    await closed;
    clearInterval(keepAliveTimer);
    this.sessions.remove(id, caller);
  }

  /** Handles a message that a client has posted. Its session sends the response on the stream. */
  async receiveMessage(
    req: IncomingMessage,
    res: ServerResponse,
    requestInfo: HttpRequestInfo,
  ): Promise<void> {
    const id = new URLSearchParams(req.url?.split('?')[1]).get('sessionId') ?? '';
    const session = this.sessions.find(id, requestInfo.caller);
    if (session === null) return sendResponse(sessionNotFoundResponse(), res);
    const refusal = session.requests.add(requestInfo.body);
    if (refusal !== null) return sendResponse(refusal, res);
    // The library would answer with a plain text.
    if (!JSONRPCMessageSchema.safeParse(requestInfo.libraryBody).success) {
      session.requests.removeAll(requestInfo.body);
      return sendResponse(jsonRpcError(400, INVALID_REQUEST, 'The body must be one JSON-RPC message'), res);
    }
    // The response is sent on the stream, so the call goes on when the connection of this POST closes. The
    // library passes only `req.auth` on to the handlers, so the information about the request is put there.
    const auth = packRequestInfo({ ...requestInfo, signal: null });
    await session.transport.handlePostMessage(
      Object.assign(req, { auth: auth as LibraryAuthInfo }),
      res,
      requestInfo.libraryBody,
    );
    if (res.statusCode !== 202) session.requests.removeAll(requestInfo.body);
  }
}

/** Sends a comment, so that proxies keep the stream open. Disconnects a client that does not read. */
function sendKeepAlive(res: ServerResponse): void {
  if (res.writableLength > MAX_BACKLOG_BYTES) res.destroy();
  else res.write(': keepalive\n\n');
}
