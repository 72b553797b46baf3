import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RunningServer } from '../support/servers/running-server.ts';

/** A request whose body is incomplete until `finish` is called. The server must answer it then. */
export class SlowRequest implements Disposable {
  readonly #socket: Socket;
  readonly #lastCharacter: string;

  private constructor(socket: Socket, lastCharacter: string) {
    this.#socket = socket;
    this.#lastCharacter = lastCharacter;
  }

  /** Sends everything except the body's last character. */
  static async begin(server: RunningServer, path: string, fields: object): Promise<SlowRequest> {
    const body = JSON.stringify(fields);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    // The server answers 100 Continue when it has read the headers.
    const firstData = once(socket, 'data');
    socket.write(
      `POST /api/v1${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.agentToken}\r\n` +
        `Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    const [continueResponse] = (await firstData) as [Buffer];
    if (!continueResponse.toString().startsWith('HTTP/1.1 100')) throw new Error(continueResponse.toString());
    socket.write(body.slice(0, -1));
    return new SlowRequest(socket, body.slice(-1));
  }

  /**
   * Sends the last character.
   * @returns everything that the server sends until it closes the connection
   */
  async finish(): Promise<string> {
    this.#socket.write(this.#lastCharacter);
    let response = '';
    for await (const chunk of this.#socket) response += chunk;
    return response;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Whether new connections to this port are refused. */
export async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    // ECONNRESET: the connection was still in the accept queue when the server closed it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET') throw error;
    return code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
