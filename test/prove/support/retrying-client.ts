import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenPromise } from '../proof.ts';
import type { Random } from './random.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path below /api/v1. */
  readonly path: string;
  readonly token: string;
  readonly body?: object;
  /** The Idempotency-Key, which makes repeats safe. Null for requests that are safe without one. */
  readonly key: string | null;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** How long one attempt may take. Calls that wait for something wait for a much shorter time. */
const MAX_CALL_MS = 30_000;
/** How long a call is repeated. A killed server and a recovering database need less. */
const MAX_RETRY_MS = 90_000;

/**
 * A well-behaved client of several servers: it repeats failed requests with their key, at any of the servers.
 */
export class RetryingClient implements Disposable {
  /** The number of repeats, by reason. */
  readonly repeats = new Map<string, number>();
  readonly #ports: readonly number[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #closed = new AbortController();

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  /**
   * Repeats a request until it succeeds or is refused.
   * @throws BrokenPromise for a 5xx other than 503, for a call without a response, and after 90 s of failures
   */
  async call(call: Call, random: Random): Promise<Reply> {
    const startedAt = Date.now();
    for (let attempt = random.below(this.#ports.length); ; attempt += 1) {
      this.#closed.signal.throwIfAborted();
      const port = this.#ports[attempt % this.#ports.length]!;
      const reply = await this.once(call, port).catch((error: unknown) => codeOf(error));
      const reason = reasonToRepeat(reply);
      if (reason === null) return reply as Reply;
      this.repeats.set(reason, (this.repeats.get(reason) ?? 0) + 1);
      if (Date.now() - startedAt > MAX_RETRY_MS) {
        throw new BrokenPromise(`${call.method} ${call.path} with key ${call.key} never succeeds: ${reason}`);
      }
      await sleep(random.between(10, 150));
    }
  }

  /** Sends a request once, to one server. */
  once({ method, path, token, body, key }: Call, port: number): Promise<Reply> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const clientRequest = request({
      agent: this.#agent,
      port,
      host: '127.0.0.1',
      method,
      path: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
      timeout: MAX_CALL_MS,
    });
    clientRequest.on('timeout', () => {
      const problem = `no answer within ${MAX_CALL_MS} ms: ${method} ${path} ${text}`;
      clientRequest.destroy(new BrokenPromise(problem));
    });
    clientRequest.on('error', reject);
    clientRequest.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    clientRequest.end(text);
    return promise;
  }

  /** Makes all running calls give up. */
  [Symbol.dispose](): void {
    this.#closed.abort(new Error('The proof is over'));
    this.#agent.destroy();
  }
}

function reasonToRepeat(reply: Reply | string): string | null {
  if (typeof reply === 'string') return reply;
  const { status, body } = reply;
  if (status < 400 || (status < 500 && status !== 409)) return null;
  const code = String((JSON.parse(body) as { code?: unknown }).code);
  if (status === 503 || code === 'idempotency_in_flight') return `${status} ${code}`;
  if (status >= 500) throw new BrokenPromise(`answered ${status}: ${body}`);
  return null;
}

function codeOf(error: unknown): string {
  if (error instanceof BrokenPromise) throw error;
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
