import { DashboardError, type FailureDetails, type Problem } from './errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  /** How long the whole response may take to arrive. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

export interface JsonResponse {
  /** The parsed JSON; null for a 204. */
  readonly body: object | null;
  readonly headers: Headers;
}

/** The longest delay of `setTimeout`. With a longer one the timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Sends one request, without retries, and reads the whole response.
 * @throws DashboardError unless the response is a 204, or another 2xx with a JSON object or array.
 * @throws the signal's reason when the signal is aborted.
 */
export async function sendRequest(
  fetch: typeof globalThis.fetch,
  request: HttpRequest,
): Promise<JsonResponse> {
  const { signal, timeoutMs } = request;
  signal?.throwIfAborted();
  // Not AbortSignal.any: it would keep memory for each finished call as long as the caller's signal lives.
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal?.addEventListener('abort', abort);
  const timer = setTimeout(abort, Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      cache: 'no-store',
      // Redirects are not followed: fetch would turn a redirected POST into a GET.
      redirect: 'manual',
      signal: controller.signal,
    });
    return await readJsonResponse(response);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DashboardError) throw error;
    const { origin } = new URL(request.url);
    const reason = controller.signal.aborted
      ? `no answer within ${Math.round(timeoutMs / 1000)} s`
      : networkErrorText(error);
    const detail = `The dashboard at ${origin} cannot be reached (${reason})`;
    throw new DashboardError({ code: 'unreachable', detail }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function readJsonResponse(response: Response): Promise<JsonResponse> {
  const { headers, status } = response;
  const body = parseJson(await response.text());
  if (status === 204) return { body: null, headers };
  if (response.ok && typeof body === 'object' && body !== null) return { body, headers };
  throw errorFromResponse(response, body);
}

/** Returns undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns the error for a failed response: the server's problem, or `unexpected_answer` if the body is not a
 * problem.
 */
export function errorFromResponse({ status, headers }: Response, body: unknown): DashboardError {
  const details = {
    status,
    requestId: headers.get('x-request-id'),
    retryAfterMs: parseRetryAfter(headers.get('retry-after')),
  };
  return isProblem(body) ? new DashboardError(body, details) : unexpectedAnswerError(details);
}

/** Returns the error for a response that does not come from the dashboard server. */
export function unexpectedAnswerError(details: FailureDetails & { readonly status: number }): DashboardError {
  const detail = `Something other than the dashboard answered with status ${details.status}`;
  return new DashboardError({ code: 'unexpected_answer', detail }, details);
}

function isProblem(body: unknown): body is Problem {
  const { code, detail } = (body ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string';
}

/** Returns Retry-After in milliseconds. It is a number of seconds or, from some proxies, a date. */
function parseRetryAfter(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = Number(retryAfter);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? null : Math.max(0, milliseconds);
}

/** Returns why fetch failed. The message of fetch's error is always the same; its cause has the reason. */
function networkErrorText(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: causeMessage } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? causeMessage ?? message;
}
