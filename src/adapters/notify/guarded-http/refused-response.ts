import { STATUS_CODES } from 'node:http';
import { DeliveryError } from '../../../ports/notifier.ts';
import type { HttpResponse } from './guarded-http.ts';

/** Statuses below 500 after which another attempt may succeed. */
const PASSING = new Set([408, 425, 429]);
/** Also a server that is wrong about its clock cannot stop deliveries for longer. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Whether the channel has accepted the request. */
export const isAccepted = ({ status }: HttpResponse): boolean => status >= 200 && status < 300;

/**
 * Makes an error for people of a response that refuses a request.
 * @param advice what to do, by status.
 */
export function refusedResponse(
  { status, headers }: HttpResponse,
  { host }: URL,
  advice: { readonly [status: number]: string } = {},
): DeliveryError {
  const isRedirect = status >= 300 && status < 400;
  const hint = advice[status] ?? (isRedirect ? 'Redirects are not followed: enter the address itself' : null);
  const words = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return new DeliveryError(`${host} answered ${words}${hint === null ? '' : `. ${hint}`}`, {
    isFinal: status < 500 && !PASSING.has(status),
    retryAfterMs: status === 429 || status === 503 ? retryAfterMs(headers['retry-after']) : null,
  });
}

/** Reads the header Retry-After: a number of seconds or a date. */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? null : Math.min(Math.max(milliseconds, 0), MAX_RETRY_AFTER_MS);
}
