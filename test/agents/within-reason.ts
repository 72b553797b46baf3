import { setTimeout as sleep } from 'node:timers/promises';

/** Only an agent that hangs takes longer, also on a busy machine. */
const MAX_WAIT_MS = 180_000;

/**
 * Waits for something that must happen.
 * @throws Error that says what did not happen.
 */
export async function withinReason<Result>(what: string, happening: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(MAX_WAIT_MS, null, { signal: timer.signal }).then(
    () => {
      throw new Error(`It did not happen within ${MAX_WAIT_MS / 1000} s that ${what}`);
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([happening, late]);
  } finally {
    timer.abort();
  }
}

/** Looks again and again until there is something, because it happens in another process. */
export async function seen<Result>(what: string, look: () => Promise<Result | null>): Promise<Result> {
  const latest = performance.now() + MAX_WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > latest)
      throw new Error(`It was not seen within ${MAX_WAIT_MS / 1000} s that ${what}`);
    await sleep(100);
  }
}
