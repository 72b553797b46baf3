const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/**
 * Returns how long to wait before the next try, in milliseconds. It doubles with each failure, up to 10 s. Up
 * to half of it is random, so that a server that comes back does not get the requests of all its clients at
 * once.
 * @param failures the number of failures in a row, including the latest.
 * @param random from 0 to 1.
 */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1)) * (0.5 + random / 2);

/** The client waits no longer than this, even if the server's Retry-After asks for more. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/**
 * Returns how long to wait before the next try: the backoff, or the server's Retry-After (up to 1 h) if it is
 * longer.
 */
export const retryDelayMs = (failures: number, retryAfterMs: number | null): number =>
  Math.max(backoffMs(failures, Math.random()), Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));

/**
 * Resolves after the given time.
 * @throws the signal's reason as soon as the signal is aborted.
 */
export function delay(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  });
}
