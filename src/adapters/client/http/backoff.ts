const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * How long to wait before trying again: twice as long each time, with jitter, so that a server that comes
 * back is not met by all its clients at once.
 * @param failures in a row, this one included.
 * @param random 0 to 1.
 */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + random / 2);

/** Whatever a server asks for. */
const LONGEST_ASKED_MS = 60 * 60 * 1000;

/** That, and as long as the server asks for. */
export const pauseMs = (failures: number, askedMs: number | null): number =>
  Math.max(backoffMs(failures, Math.random()), Math.min(askedMs ?? 0, LONGEST_ASKED_MS));

/** @throws the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal | null): Promise<void> {
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
