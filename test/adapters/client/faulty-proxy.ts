import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the proxy does to one request. */
export type Fate =
  | 'pass'
  /** The server never gets the request. */
  | 'lost on the way'
  /** The server responds, but the client does not get the response. */
  | 'answer lost'
  /** The client gets half of the response. */
  | 'answer cut'
  /** The server gets the request twice at the same time. The client gets the response to the second one. */
  | 'repeated'
  | 'delayed';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: string;
  readonly fate: Fate;
}

const DELAY_MS = 120;

/** An HTTP proxy between a client and a server. `fateOf` decides what the proxy does to each request. */
export class FaultyProxy implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #server = createServer((req, res) => void this.#handle(req, res));
  readonly #fateOf: (request: Omit<SeenRequest, 'fate'>) => Fate;
  #target: number;

  private constructor(target: number, fateOf: (request: Omit<SeenRequest, 'fate'>) => Fate) {
    this.#target = target;
    this.#fateOf = fateOf;
  }

  static async to(
    port: number,
    fateOf: (request: Omit<SeenRequest, 'fate'>) => Fate = () => 'pass',
  ): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(port, fateOf);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on forwards requests to another server. */
  retarget(port: number): void {
    this.#target = port;
  }

  /** Closes all open connections. New connections work. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = (await buffer(req)).toString();
    const key = req.headers['idempotency-key']?.toString();
    const seen = { method: req.method!, path: req.url!, key, body };
    const fate = this.#fateOf(seen);
    this.seen.push({ ...seen, fate });
    try {
      if (fate === 'lost on the way') return void res.destroy();
      if (fate === 'delayed') await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
      const first = this.#forward(req, body, res);
      const [response] = await (fate === 'repeated'
        ? Promise.all([this.#forward(req, body, res), first])
        : Promise.all([first]));
      if (fate === 'answer lost') return void res.destroy();
      res.writeHead(response.status, response.headers);
      if (fate !== 'answer cut') return void res.end(response.body);
      res.write(response.body.subarray(0, response.body.length / 2), () => res.destroy());
    } catch {
      res.destroy();
    }
  }

  #forward(req: IncomingMessage, body: string, clientResponse: ServerResponse) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number;
      headers: IncomingMessage['headers'];
      body: Buffer;
    }>();
    const { method, url: path, headers } = req;
    const serverRequest = request({
      host: '127.0.0.1',
      port: this.#target,
      method,
      path,
      headers,
      agent: false,
    });
    clientResponse.once('close', () => serverRequest.destroy());
    serverRequest.on('error', reject);
    serverRequest.on('response', (response) => {
      buffer(response).then(
        (responseBody) =>
          resolve({ status: response.statusCode!, headers: response.headers, body: responseBody }),
        reject,
      );
    });
    serverRequest.end(body);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
