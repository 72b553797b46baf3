import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { importJWK, jwtVerify } from 'jose';
import { type BrowserKeys, decryptPush, newBrowserKeys } from './decrypt-push.ts';

export interface ReceivedPush {
  readonly message: Record<string, unknown>;
  readonly bytes: number;
  readonly headers: { readonly [name: string]: string };
  /** The claims of the VAPID token, whose signature was checked. */
  readonly claims: { readonly aud?: unknown; readonly sub?: unknown; readonly exp?: number };
  readonly vapidKey: string;
}

/** A push service with one browser: it decrypts what it gets, and checks who sent it. */
export class PushService implements AsyncDisposable {
  readonly received: ReceivedPush[] = [];
  /** How it answers: 201, unless a test says otherwise. null: never. */
  response: { status: number; headers?: { [name: string]: string } } | null = { status: 201 };
  readonly #server = createServer();
  readonly #keys: BrowserKeys;

  private constructor(keys: BrowserKeys) {
    this.#keys = keys;
    this.#server.on('request', (req, res) => {
      this.#receive(req).then(
        () => this.response && res.writeHead(this.response.status, this.response.headers).end(),
        (error: unknown) => res.writeHead(400, { 'x-reason': `${error}` }).end(),
      );
    });
  }

  static async start(): Promise<PushService> {
    const service = new PushService(newBrowserKeys());
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the browser gave to the page. */
  get subscription(): string {
    const { p256dh, auth } = this.#keys;
    return JSON.stringify({
      endpoint: `${this.origin}/send/abc`,
      expirationTime: null,
      keys: { p256dh, auth },
    });
  }

  async #receive(req: IncomingMessage): Promise<void> {
    const body = await buffer(req);
    const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(req.headers.authorization ?? '') ?? [];
    const point = Buffer.from(key ?? '', 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: x!, y: y! }, 'ES256');
    const { payload } = await jwtVerify(token ?? '', publicKey, { audience: this.origin });
    this.received.push({
      ...{ message: JSON.parse(decryptPush(body, this.#keys)), bytes: body.length, vapidKey: key! },
      ...{ headers: req.headers as { [name: string]: string }, claims: payload },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
