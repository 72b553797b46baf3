import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a database, to break the network with. */
export class CutProxy {
  readonly #target: URL;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #server: Server | null = null;
  #port = 0;
  #silent = false;

  constructor(targetUrl: string) {
    this.#target = new URL(targetUrl);
  }

  /** The database's URL by way of the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    return url.href;
  }

  /** Accepts connections, after `down` on the same port as before. */
  async up(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) => this.#forward(near));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
  }

  /** Breaks every connection and refuses new ones. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  /** Stops forwarding on the present connections without closing them: neither side is told. */
  stall(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.resume();
      far.resume();
    }
  }

  /** Accepts new connections but lets nothing through. */
  silence(): void {
    this.#silent = true;
  }

  /** Resolves once a connection has been accepted. */
  async accepted(): Promise<void> {
    if (this.#pairs.size === 0 && this.#server !== null) await once(this.#server, 'connection');
  }

  #forward(near: Socket): void {
    const far = connect({
      port: Number(this.#target.port),
      host: this.#target.hostname,
      allowHalfOpen: true,
    });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const each of pair) each.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#silent) return;
    near.pipe(far);
    far.pipe(near);
  }
}
