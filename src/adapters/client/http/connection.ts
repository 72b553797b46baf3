import { pause, pauseMs } from './backoff.ts';
import { DashboardError, isPassing } from './errors.ts';
import { exchange, type HttpAnswer, type HttpRequest, unexpectedAnswer } from './exchange.ts';
import { randomId } from './random-id.ts';

/** What any call may be given. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. What the server has done by then is done. */
  readonly signal?: AbortSignal;
  /**
   * Of a write, 1 to 255 characters of Latin-1. Each call has one of its own, which its retries repeat; give one to
   * repeat a call of an earlier process, which then has its effect once.
   */
  readonly idempotencyKey?: string;
}

export interface ClientSettings {
  /** Where the server is, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  /** Of scope `agent` for what agents do, of scope `dashboard` for what people do. */
  readonly token: string;
  /** For how long a call that does not get through is tried again; `ask` goes on until its deadline. 60 s. */
  readonly patienceMs?: number;
  /** How long a single answer may take, beside what the call waits for. 30 s. */
  readonly timeoutMs?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface Call extends CallOptions {
  readonly method: HttpRequest['method'];
  /** Below the API's base path. */
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  /** What the server holds the answer back for. */
  readonly waitMs?: number;
  /** When to give up, in milliseconds since 1970; null: when patience ends. */
  readonly until?: number | null;
}

const BASE_PATH = '/api/v1';

/** For the answer to a wait that ends at the deadline to come in. */
const GRACE_MS = 2_000;

/** What can be sent in a header. */
const LATIN_1 = /^[\x20-\x7e\x80-\xff]*$/;

/** Calls the REST API, again and again where it does not get through; with one Idempotency-Key for all. */
export class Connection {
  readonly #root: string;
  readonly #headers: { readonly [name: string]: string };
  readonly #patienceMs: number;
  readonly #timeoutMs: number;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws TypeError for what is no URL, or no token. */
  constructor({ baseUrl, token, patienceMs = 60_000, timeoutMs = 30_000, fetch }: ClientSettings) {
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new TypeError('baseUrl must be a URL of http or https');
    }
    const { origin, pathname } = url;
    if (!/^[\x21-\x7e]+$/.test(token)) throw new TypeError('token must be a token, without spaces');
    const below = pathname.replace(/\/+$/, '');
    this.#root = origin + (below.endsWith(BASE_PATH) ? below : below + BASE_PATH);
    this.#headers = { authorization: `Bearer ${token}` };
    this.#patienceMs = patienceMs;
    this.#timeoutMs = timeoutMs;
    // Looked up at each call: what a page or a test puts there later counts, too.
    this.#fetch = fetch ?? ((...args) => globalThis.fetch(...args));
  }

  /** The answer's body. @throws DashboardError */
  async ask<Answer>(call: Call): Promise<Answer> {
    const { body } = await this.call(call);
    if (body === null) throw unexpectedAnswer({ status: 204 });
    return body as Answer;
  }

  /** @throws DashboardError, or the signal's reason. */
  async call({ waitMs = 0, until = null, signal, ...call }: Call): Promise<HttpAnswer> {
    const request = this.#request(call);
    let since = Date.now();
    for (let failures = 1; ; failures += 1) {
      const left = until === null ? Number.POSITIVE_INFINITY : Math.max(0, until - Date.now()) + GRACE_MS;
      const timeoutMs = Math.min(waitMs + this.#timeoutMs, left);
      try {
        return await exchange(this.#fetch, { ...request, timeoutMs, signal: signal ?? null });
      } catch (error) {
        if (!(error instanceof DashboardError) || !isPassing(error)) throw error;
        if (failures === 1) since = Date.now();
        const delay = pauseMs(failures, error.retryAfterMs);
        if (Date.now() + delay > this.#giveUpAt(error, since, until)) throw error;
        await pause(delay, signal ?? null);
      }
    }
  }

  /** A deadline of `until`, but never sooner than that of an ordinary request made now. Both in ms since 1970. */
  patientUntil(until: number): number {
    return Math.max(until, Date.now() + this.#patienceMs);
  }

  /** The head of a stream's answer, once; its body goes on for as long as the signal lets it. */
  async open(path: string, headers: { readonly [name: string]: string }, signal: AbortSignal) {
    return this.#fetch(this.#root + path, {
      headers: { ...this.#headers, ...headers },
      cache: 'no-store',
      redirect: 'manual',
      signal,
    });
  }

  /** A fault of the server does not go away as surely as an outage does. */
  #giveUpAt({ code }: DashboardError, since: number, until: number | null): number {
    const patient = since + this.#patienceMs;
    if (until === null) return patient;
    return code === 'internal' ? Math.min(patient, until) : until;
  }

  #request({ method, path, query, body, idempotencyKey }: Call): Omit<HttpRequest, 'timeoutMs' | 'signal'> {
    if (!LATIN_1.test(idempotencyKey ?? '')) throw new TypeError('idempotencyKey must be text of Latin-1');
    return {
      method,
      url: this.#root + path + queryText(query),
      headers: {
        ...this.#headers,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== 'GET' && { 'idempotency-key': idempotencyKey ?? randomId() }),
      },
      // Made once: a repeat with the same key must be the same to the last byte.
      body: body === undefined ? null : JSON.stringify(body),
    };
  }
}

function queryText(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return given.length === 0 ? '' : `?${text}`;
}
