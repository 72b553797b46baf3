import { type Circumstances, DashboardError, type Problem } from './errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  /** For the whole of the answer to be here. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

export interface HttpAnswer {
  /** Parsed; null where there is none, and is to be none. */
  readonly body: object | null;
  readonly headers: Headers;
}

/** What is longer than that, timers take for nothing at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One request and its whole answer.
 * @throws DashboardError for everything but a 2xx with an object or a list, and a 204.
 * @throws the signal's reason when it is aborted.
 */
export async function exchange(fetch: typeof globalThis.fetch, request: HttpRequest): Promise<HttpAnswer> {
  const { signal, timeoutMs } = request;
  signal?.throwIfAborted();
  // Not AbortSignal.any: of a signal that lives long, it would keep something for each finished call.
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  signal?.addEventListener('abort', abort);
  const timer = setTimeout(abort, Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      cache: 'no-store',
      // Followed, a POST would become a GET.
      redirect: 'manual',
      signal: ending.signal,
    });
    return await read(response);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashboardError) throw error;
    const { origin } = new URL(request.url);
    const why = ending.signal.aborted ? `no answer within ${Math.round(timeoutMs / 1000)} s` : reason(error);
    const detail = `The dashboard at ${origin} cannot be reached (${why})`;
    throw new DashboardError({ code: 'unreachable', detail }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function read(response: Response): Promise<HttpAnswer> {
  const { headers, status } = response;
  const body = parsed(await response.text());
  if (status === 204) return { body: null, headers };
  if (response.ok && typeof body === 'object' && body !== null) return { body, headers };
  throw refusal(response, body);
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer that is not a success says. */
export function refusal({ status, headers }: Response, body: unknown): DashboardError {
  const circumstances = {
    status,
    requestId: headers.get('x-request-id'),
    retryAfterMs: millisecondsIn(headers.get('retry-after')),
  };
  return isProblem(body) ? new DashboardError(body, circumstances) : unexpectedAnswer(circumstances);
}

/** What an answer says that is not one of the dashboard's. */
export function unexpectedAnswer(circumstances: Circumstances & { readonly status: number }): DashboardError {
  const detail = `Something other than the dashboard answered with status ${circumstances.status}`;
  return new DashboardError({ code: 'unexpected_answer', detail }, circumstances);
}

function isProblem(body: unknown): body is Problem {
  const { code, detail } = (body ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string';
}

/** Retry-After is a number of seconds or, of some proxies, a date. */
function millisecondsIn(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = Number(retryAfter);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds);
}

/** What fetch says itself is always the same; what it means is in the cause. */
function reason(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: its } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? its ?? message;
}
