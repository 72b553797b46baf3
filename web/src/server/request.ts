import type { Problem } from '../model/wire.ts';

/** The server said no, or (`problem` is null) nothing at all. */
export class RequestError extends Error {
  readonly problem: Problem | null;

  constructor(problem: Problem | null) {
    super(problem?.detail ?? 'The server cannot be reached.');
    this.name = 'RequestFailed';
    this.problem = problem;
  }
}

export interface RequestOptions {
  readonly body?: object;
  /** Repeats of a request with the same key have one effect. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly body: T;
  /** The cursor of the next page, where there is one. */
  readonly nextCursor: string | null;
}

/** Long enough for a slow line; a request without an end would block the outbox. */
const TIMEOUT_MS = 30_000;

/** @throws RequestFailed */
export async function requestPage<T>(
  method: string,
  path: string,
  { body, idempotencyKey, signal }: RequestOptions = {},
): Promise<Answer<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      accept: 'application/json',
      // Other sites cannot send it: the server asks for it beside the cookie.
      'x-requested-with': 'agent-dashboard',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestError(null);
  });
  if (!response.ok) throw new RequestError(await problemOf(response));
  const text = await response.text().catch(() => {
    throw new RequestError(null);
  });
  return {
    body: (text === '' ? null : JSON.parse(text)) as T,
    nextCursor: cursorIn(response.headers.get('link')),
  };
}

/** Just the answer's body. @throws RequestFailed */
export const request = async <T>(method: string, path: string, options?: RequestOptions): Promise<T> =>
  (await requestPage<T>(method, path, options)).body;

async function problemOf(response: Response): Promise<Problem> {
  const told: Partial<Problem> = await response.json().catch(() => ({}));
  return {
    ...told,
    status: response.status,
    code: told.code ?? 'unknown',
    detail: told.detail ?? `The server answered ${response.status}.`,
  };
}

function cursorIn(link: string | null): string | null {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  const address = /<([^>]+)>/.exec(next ?? '')?.[1];
  return address === undefined ? null : new URL(address, location.origin).searchParams.get('cursor');
}
