import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a database that can break the network connection. */
export class CutProxy {
  readonly #target: URL;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #server: Server | null = null;
  #port = 0;
  #silent = false;

  constructor(targetUrl: string) {
    this.#target = new URL(targetUrl);
  }

  /** The URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    return url.href;
  }

  /** Starts to accept connections. After `down` it uses the same port as before. */
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

  /** Stops forwarding on the open connections but leaves them open, so that neither side notices. */
  stall(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.resume();
      far.resume();
    }
  }

  /** Accepts new connections from now on but forwards nothing. */
  silence(): void {
    this.#silent = true;
  }

  /** Resolves when a connection has been accepted. */
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
