import type { IncomingMessage, ServerResponse } from 'node:http';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { authOf, type HttpContext, type HttpContextAuth } from './http-context.ts';
import { sessionNotFound } from './json-rpc-responses.ts';
import { createLegacyServer } from './legacy-server.ts';
import type { LegacyOptions } from './legacy-transport.ts';
import { type Session, Sessions } from './sessions.ts';
import { sendResponse } from './web-bridge.ts';

export interface SseOptions extends LegacyOptions {
  /** Where clients post to; told them when they connect. */
  readonly messagesPath: string;
}

interface SseSession extends Session {
  readonly transport: SSEServerTransport;
}

/** What a client may leave unread before it is taken for dead. */
const BACKLOG_LIMIT = 1024 * 1024;

/** HTTP+SSE, the transport of 2024-11-05: one stream for all answers, and posts beside it. */
export class SseTransport {
  readonly sessions: Sessions<SseSession>;
  readonly #options: SseOptions;

  constructor(options: SseOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.timing.sessionIdleMs);
  }

  /** Opens a stream, which is the session. Resolves when it closes. */
  async stream(res: ServerResponse, { caller }: HttpContext): Promise<void> {
    const { messagesPath, timing } = this.#options;
    const transport = new SSEServerTransport(messagesPath, res);
    const server = createLegacyServer(this.#options);
    const id = transport.sessionId;
    this.sessions.add({ id, transport, close: () => transport.close() }, caller);
    this.sessions.holdFor(id, res);
    res.setHeader('X-Accel-Buffering', 'no');
    const closed = new Promise<void>((resolve) => res.once('close', resolve));
    await server.connect(transport);
    // The library sends nothing while there is nothing to say.
    const comments = setInterval(() => keepAlive(res), timing.keepAliveMs);
    await closed;
    clearInterval(comments);
    this.sessions.remove(id);
  }

  async message(req: IncomingMessage, res: ServerResponse, context: HttpContext): Promise<void> {
    const id = new URLSearchParams(req.url?.split('?')[1]).get('sessionId') ?? '';
    const session = this.sessions.find(id, context.caller);
    if (session === null) return sendResponse(sessionNotFound(), res);
    // The answer goes out on the stream: that this connection closes means nothing.
    const auth = authOf({ ...context, gone: null });
    await session.transport.handlePostMessage(
      Object.assign(req, { auth: auth as HttpContextAuth }),
      res,
      context.body,
    );
  }
}

function keepAlive(res: ServerResponse): void {
  if (res.writableLength > BACKLOG_LIMIT) res.destroy();
  else res.write(': keepalive\n\n');
}
