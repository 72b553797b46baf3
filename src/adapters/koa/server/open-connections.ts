import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Knows a server's connections and the answers it still owes on them. */
export class OpenConnections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #responses = new Set<ServerResponse>();
  #draining = false;

  /** Call it before anything else listens for requests. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (_req: IncomingMessage, res: ServerResponse) => {
      this.#responses.add(res);
      res.once('close', () => this.#answered(res));
      if (this.#draining) res.setHeader('Connection', 'close');
    });
  }

  /** The answer under way on a connection. */
  responseOn(socket: Duplex): ServerResponse | null {
    for (const response of this.#responses) if (response.req.socket === socket) return response;
    return null;
  }

  /** @see HttpServer.drain */
  async drain(deadlineMs: number): Promise<boolean> {
    this.#draining = true;
    let inTime = true;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const response of this.#responses) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    this.#closeIdle();
    const timer = setTimeout(() => {
      inTime = false;
      this.#server.closeAllConnections();
    }, deadlineMs);
    await closed;
    clearTimeout(timer);
    return inTime;
  }

  #answered(response: ServerResponse): void {
    this.#responses.delete(response);
    if (this.#draining) this.#closeIdle();
  }

  /** Node's own closeIdleConnections spares connections that have not sent a request yet. */
  #closeIdle(): void {
    const busy = new Set<unknown>(Array.from(this.#responses, ({ req }) => req.socket));
    // One that is on its way out already, or gone, would get another listener each time it is told so.
    for (const socket of this.#sockets) if (!busy.has(socket) && socket.writable) socket.destroySoon();
  }
}
