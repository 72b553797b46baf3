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
