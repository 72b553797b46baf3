import type { Problem } from '../model/wire.ts';
import { urlOf } from './page-url.ts';
import { sessionHeader } from './session-header.ts';

/** A failed request. `problem` is the server's error; null if there was no response. */
export class RequestError extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null) {
    super(problem?.detail ?? 'The server cannot be reached.');
    this.name = 'RequestError';
    this.problem = problem;
  }
}

export interface RequestOptions {
  readonly body?: object;
  /** Requests with the same key take effect once. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null: this is the last page. */
  readonly nextCursor: string | null;
}

/** Long enough for a slow network. Without a limit, a request that never ends would block the outbox. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Sends a request to the API and returns the body of the response.
 * @throws RequestError if the server refuses the request, or there is no response
 */
export async function request<Body>(method: string, path: string, options?: RequestOptions): Promise<Body> {
  return (await send<Body>(method, path, options)).body;
}

/**
 * Reads one page of a list.
 * @throws RequestError if the server refuses the request, or there is no response
 */
export async function requestPage<Item>(path: string): Promise<Page<Item>> {
  const { body, headers } = await send<readonly Item[]>('GET', path);
  return { items: body, nextCursor: nextCursorIn(headers.get('link')) };
}

async function send<Body>(
  method: string,
  path: string,
  { body, idempotencyKey, signal }: RequestOptions = {},
): Promise<{ readonly body: Body; readonly headers: Headers }> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const response = await fetch(urlOf(`/api/v1${path}`), {
    method,
    headers: {
      accept: 'application/json',
      // Other sites cannot send this header. The server requires it together with the session cookie.
      'x-requested-with': 'agent-dashboard',
      ...sessionHeader(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestError(null);
  });
  if (!response.ok) throw new RequestError(await readProblem(response));
  const text = await response.text().catch(() => {
    throw new RequestError(null);
  });
  return { body: (text === '' ? null : JSON.parse(text)) as Body, headers: response.headers };
}

async function readProblem(response: Response): Promise<Problem> {
  const body: Partial<Problem> = await response.json().catch(() => ({}));
  return {
    ...body,
    status: response.status,
    code: body.code ?? 'unknown',
    detail: body.detail ?? `The server answered with status ${response.status}.`,
  };
}

/** Reads the next page's cursor from a `Link` header (RFC 8288). */
function nextCursorIn(link: string | null): string | null {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  const address = /<([^>]+)>/.exec(next ?? '')?.[1];
  return address === undefined ? null : new URL(address, location.origin).searchParams.get('cursor');
}
