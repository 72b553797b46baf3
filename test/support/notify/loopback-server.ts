import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP server on loopback that stands for a service on the internet. */
export abstract class LoopbackServer implements AsyncDisposable {
  /** What the client did that the service does not allow. A test expects none. */
  readonly violations: string[] = [];
  /** broken: it answers with status 500. silent: it never answers. */
  state: 'works' | 'broken' | 'silent' = 'works';
  readonly #server: Server;

  protected constructor(server: Server) {
    this.#server = server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  protected static async listen(): Promise<Server> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  protected handleWith(listener: (...args: Parameters<RequestListener>) => Promise<void>): void {
    this.#server.on('request', (req, res) => {
      if (this.state === 'silent') return;
      if (this.state === 'broken') {
        res.writeHead(500).end('Something broke');
        return;
      }
      listener(req, res).catch((error: unknown) => {
        this.violations.push(String(error));
        res.destroy();
      });
    });
  }

  /** Notes a violation unless the condition holds. */
  protected demand(condition: boolean, what: string): void {
    if (!condition) this.violations.push(what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
