import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpResponse {
  readonly status: number;
  /** The status line and the headers, as one text. */
  readonly head: string;
  /** The body as received. With `Transfer-Encoding: chunked` it still contains the chunk headers. */
  readonly body: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
/**
 * The chunk of length 0, which ends a chunked body. The first line end belongs to the chunk before it, or to
 * the response head if the body is empty.
 */
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/**
 * One keep-alive HTTP/1.1 connection that sends one request at a time. It does as little as possible, because
 * it shares the machine with the server that is measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  /** Resolves or rejects the promise of the request that waits for its response. Null: no request waits. */
  #responder: { resolve: (response: HttpResponse) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#responder?.reject(error));
    socket.on('close', () => this.#responder?.reject(new Error('connection closed')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  send(request: string | Buffer): Promise<HttpResponse> {
    if (this.#socket.destroyed) return Promise.reject(new Error('connection closed'));
    return new Promise((resolve, reject) => {
      this.#responder = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#responder = null;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = this.#findBodyEnd(head, bodyStart);
    if (bodyEnd === null) return;
    const body = this.#received.toString('utf8', bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const responder = this.#responder;
    this.#responder = null;
    responder?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }

  /** Returns where the body ends, or null while it is incomplete. */
  #findBodyEnd(head: string, bodyStart: number): number | null {
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined && /transfer-encoding: chunked/i.test(head)) {
      const lastChunk = this.#received.indexOf(LAST_CHUNK, bodyStart - 2);
      return lastChunk < 0 ? null : lastChunk + LAST_CHUNK.length;
    }
    const end = bodyStart + Number(length ?? 0);
    return this.#received.length < end ? null : end;
  }
}

export interface RequestParts {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly token: string;
  readonly body?: object;
  readonly headers?: readonly string[];
}

/** Builds the bytes of one request. */
export function httpRequest({ method, path, token, body, headers = [] }: RequestParts): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${token}`,
    ...headers,
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${text}`);
}
