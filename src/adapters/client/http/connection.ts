import { IDEMPOTENCY_KEY_RULE, isIdempotencyKey } from '../../../domain/idempotency.ts';
import { delay, retryDelayMs } from './backoff.ts';
import { DashboardError, isRetryable } from './errors.ts';
import { randomId } from './random-id.ts';
import { type HttpRequest, type JsonResponse, sendRequest, unexpectedAnswerError } from './send-request.ts';

/** Options of every call. */
export interface CallOptions {
  /**
   * Aborting it ends the call, which then rejects with the signal's reason. The server does not undo what it
   * has done by then.
   */
  readonly signal?: AbortSignal;
  /**
   * The Idempotency-Key of a write: 1 to 255 printable ASCII characters, without a space at its ends. By
   * default each call gets a random key, and its retries repeat that key. Set the key to repeat a call of an
   * earlier process: within 24 hours, calls with the same key take effect only once. null sends no key: the
   * server then recognises a retry of a message by its text.
   */
  readonly idempotencyKey?: string | null;
}

/** Settings of `createClient`. */
export interface ClientSettings {
  /** The server's address, such as `http://127.0.0.1:8080`. It may end with `/api/v1`. */
  readonly baseUrl: string;
  /** A token: of scope `agent` for the calls of agents, or of scope `dashboard` for `client.people`. */
  readonly token: string;
  /**
   * How long a failing call is tried again, in milliseconds from its first failure. Default: 60,000. The
   * calls of `ask` are tried again until its deadline instead.
   */
  readonly retryForMs?: number;
  /**
   * How long one try may take, in milliseconds, in addition to the time that the call waits on purpose.
   * Default: 30,000.
   */
  readonly timeoutMs?: number;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** One call of the REST API. */
export interface RestCall extends CallOptions {
  readonly method: HttpRequest['method'];
  /** The path below `/api/v1`. */
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  /** How long the server may wait before it responds, in milliseconds. Default: 0. */
  readonly waitMs?: number;
  /** Until when a failing call is tried again, in milliseconds since 1970. Default: for `retryForMs`. */
  readonly deadlineMs?: number | null;
}

const BASE_PATH = '/api/v1';

/**
 * Extra time after the deadline, so that the response to a wait that ends at the deadline can still arrive.
 */
const DEADLINE_GRACE_MS = 2_000;

/** Calls the REST API. Tries a failing call again, with the same Idempotency-Key and the same body. */
export class Connection {
  readonly #rootUrl: string;
  readonly #headers: { readonly [name: string]: string };
  readonly #retryForMs: number;
  readonly #timeoutMs: number;
  readonly #fetch: typeof globalThis.fetch;

  /**
   * @throws TypeError if `baseUrl` is not a URL of http or https, or the token is empty or has spaces in it.
   */
  constructor({ baseUrl, token, retryForMs = 60_000, timeoutMs = 30_000, fetch }: ClientSettings) {
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new TypeError('baseUrl must be a URL of http or https');
    }
    const { origin, pathname } = url;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
      throw new TypeError('token must be non-empty ASCII text without spaces');
    const path = pathname.replace(/\/+$/, '');
    this.#rootUrl = origin + (path.endsWith(BASE_PATH) ? path : path + BASE_PATH);
    this.#headers = { authorization: `Bearer ${token}` };
    this.#retryForMs = retryForMs;
    this.#timeoutMs = timeoutMs;
    // The global fetch is looked up at each call, because a page or a test may replace it later.
    this.#fetch = fetch ?? ((...args) => globalThis.fetch(...args));
  }

  /**
   * Sends a call, and tries it again if the failure may be temporary. Returns the body of the response.
   * @throws DashboardError if the failure is permanent or lasts too long, or if the response has no body.
   * @throws the signal's reason when the signal is aborted.
   * @throws TypeError if the `idempotencyKey` is invalid.
   */
  async request<Output>(call: RestCall): Promise<Output> {
    const { body } = await this.requestWithHeaders(call);
    if (body === null) throw unexpectedAnswerError({ status: 204 });
    return body as Output;
  }

  /**
   * Like `request`, but returns the headers of the response as well. The body of a 204 is null.
   */
  async requestWithHeaders({
    waitMs = 0,
    deadlineMs = null,
    signal,
    ...call
  }: RestCall): Promise<JsonResponse> {
    const request = this.#buildRequest(call);
    let firstFailureAt = Date.now();
    for (let failures = 1; ; failures += 1) {
      const remainingMs =
        deadlineMs === null
          ? Number.POSITIVE_INFINITY
          : Math.max(0, deadlineMs - Date.now()) + DEADLINE_GRACE_MS;
      const timeoutMs = Math.min(waitMs + this.#timeoutMs, remainingMs);
      try {
        return await sendRequest(this.#fetch, { ...request, timeoutMs, signal: signal ?? null });
      } catch (error) {
        if (!(error instanceof DashboardError) || !isRetryable(error)) throw error;
        if (failures === 1) firstFailureAt = Date.now();
        const delayMs = retryDelayMs(failures, error.retryAfterMs);
        if (Date.now() + delayMs > this.#retryUntil(error, firstFailureAt, deadlineMs)) throw error;
        await delay(delayMs, signal ?? null);
      }
    }
  }

  /**
   * Returns the later of `deadlineMs` and the time until which a call without a deadline is tried again. Both
   * are in milliseconds since 1970.
   */
  retryDeadline(deadlineMs: number): number {
    return Math.max(deadlineMs, Date.now() + this.#retryForMs);
  }

  /** Opens a stream, without retries. Resolves when its headers have arrived. */
  async openStream(path: string, headers: { readonly [name: string]: string }, signal: AbortSignal) {
    return this.#fetch(this.#rootUrl + path, {
      headers: { ...this.#headers, ...headers },
      cache: 'no-store',
      redirect: 'manual',
      signal,
    });
  }

  /**
   * Returns until when a failing call is tried again. While the server is down, the call is tried until the
   * deadline. After an internal error of the server it is tried for `retryForMs` at most, because that error
   * may never go away.
   */
  #retryUntil({ code }: DashboardError, firstFailureAt: number, deadlineMs: number | null): number {
    const usualEnd = firstFailureAt + this.#retryForMs;
    if (deadlineMs === null) return usualEnd;
    return code === 'internal' ? Math.min(usualEnd, deadlineMs) : deadlineMs;
  }

  #buildRequest({
    method,
    path,
    query,
    body,
    idempotencyKey,
  }: RestCall): Omit<HttpRequest, 'timeoutMs' | 'signal'> {
    if (typeof idempotencyKey === 'string' && !isIdempotencyKey(idempotencyKey)) {
      throw new TypeError(`idempotencyKey ${IDEMPOTENCY_KEY_RULE}`);
    }
    return {
      method,
      url: this.#rootUrl + path + queryString(query),
      headers: {
        ...this.#headers,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== 'GET' &&
          idempotencyKey !== null && { 'idempotency-key': idempotencyKey ?? randomId() }),
      },
      // Serialised once: a retry with the same Idempotency-Key must have the same bytes.
      body: body === undefined ? null : JSON.stringify(body),
    };
  }
}

function queryString(query: object = {}): string {
  const definedFields = Object.entries(query).filter(([, value]) => value != null);
  const parameters = new URLSearchParams(
    definedFields.map(([name, value]): [string, string] => [name, String(value)]),
  );
  return definedFields.length === 0 ? '' : `?${parameters}`;
}
