import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Tracks a server's connections and the responses that are not finished yet. */
export class OpenConnections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #responses = new Set<ServerResponse>();
  #isDraining = false;

  /** Must be called before other listeners for requests are added, so that its own listener runs first. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (_req: IncomingMessage, res: ServerResponse) => {
      this.#responses.add(res);
      res.once('close', () => this.#removeResponse(res));
      if (this.#isDraining) res.setHeader('Connection', 'close');
    });
  }

  /** Returns the unfinished response on a connection, or null. */
  responseOn(socket: Duplex): ServerResponse | null {
    for (const response of this.#responses) if (response.req.socket === socket) return response;
    return null;
  }

  /** Does what `HttpServer.drain` promises. */
  async drain(timeoutMs: number): Promise<boolean> {
    this.#isDraining = true;
    let isInTime = true;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const response of this.#responses) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    this.#closeIdle();
    const timer = setTimeout(() => {
      isInTime = false;
      this.#server.closeAllConnections();
    }, timeoutMs);
    await closed;
    clearTimeout(timer);
    return isInTime;
  }

  #removeResponse(response: ServerResponse): void {
    this.#responses.delete(response);
    if (this.#isDraining) this.#closeIdle();
  }

  /**
   * Closes the connections that have no unfinished response. Node's closeIdleConnections would keep those on
   * which no request has been sent yet.
   */
  #closeIdle(): void {
    const busySockets = new Set<unknown>(Array.from(this.#responses, ({ req }) => req.socket));
    // `destroySoon` adds a listener at each call, so it is not called on a socket that is closing or closed.
    for (const socket of this.#sockets) if (!busySockets.has(socket) && socket.writable) socket.destroySoon();
  }
}
