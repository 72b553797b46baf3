import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a database that can break the network connection. */
export class CutProxy {
  readonly #target: URL;
  readonly #connections = new Set<readonly [Socket, Socket]>();
  #server: Server | null = null;
  #port = 0;
  #isSilent = false;

  constructor(targetUrl: string) {
    this.#target = new URL(targetUrl);
  }

  /** The URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    return url.href;
  }

  /** Starts to accept connections. After `down`, the proxy uses the same port as before. */
  async up(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (clientSocket) => this.#forward(clientSocket));
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
    for (const pair of this.#connections) for (const socket of pair) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  /** Stops forwarding on the open connections. They stay open, so neither side notices. */
  stall(): void {
    for (const [clientSocket, databaseSocket] of this.#connections) {
      clientSocket.unpipe(databaseSocket);
      databaseSocket.unpipe(clientSocket);
      clientSocket.resume();
      databaseSocket.resume();
    }
  }

  /** From now on accepts new connections, but forwards nothing on them. */
  silence(): void {
    this.#isSilent = true;
  }

  /** Resolves when a connection has been accepted. */
  async accepted(): Promise<void> {
    if (this.#connections.size === 0 && this.#server !== null) await once(this.#server, 'connection');
  }

  #forward(clientSocket: Socket): void {
    const databaseSocket = connect({
      port: Number(this.#target.port),
      host: this.#target.hostname,
      allowHalfOpen: true,
    });
    const pair = [clientSocket, databaseSocket] as const;
    this.#connections.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const socketOfPair of pair) socketOfPair.destroy();
        this.#connections.delete(pair);
      });
    }
    if (this.#isSilent) return;
    clientSocket.pipe(databaseSocket);
    databaseSocket.pipe(clientSocket);
  }
}
