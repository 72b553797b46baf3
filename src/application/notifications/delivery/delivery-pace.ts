/** How much may go to one destination. */
export interface PaceLimits {
  /** How many deliveries may begin within a time, the shortest time first. */
  readonly within: readonly { readonly milliseconds: number; readonly deliveries: number }[];
  /** How many may be on their way at once. */
  readonly running: number;
}

/** How long to wait for the end of one of those that are on their way. */
const RUNNING_WAIT_MS = 1_000;

/** What one destination got lately. */
interface Recent {
  readonly limits: PaceLimits;
  /** When its deliveries began, in milliseconds, the earliest first. */
  readonly times: number[];
  running: number;
}

/**
 * Limits how much goes to one destination, in one process. What is over the limit waits, and is then sent as
 * one with the rest where the channel can do that.
 */
export class DeliveryPace {
  readonly #recent = new Map<string, Recent>();

  /**
   * Returns until when a destination has to wait; null: it has room.
   * @param more how many deliveries are about to begin besides those that have begun.
   */
  fullUntil(destination: string, limits: PaceLimits, now: Date, more = 0): Date | null {
    const nowMs = now.getTime();
    const { times = [] } = this.#recent.get(destination) ?? {};
    let untilMs = this.busyUntil(destination, limits, now, more)?.getTime() ?? nowMs;
    for (const { milliseconds, deliveries } of limits.within) {
      const nthLatest = more >= deliveries ? nowMs : times.at(more - deliveries);
      // A clock that was set back makes times of the future.
      if (nthLatest !== undefined) untilMs = Math.max(untilMs, Math.min(nthLatest, nowMs) + milliseconds);
    }
    return untilMs > nowMs ? new Date(untilMs) : null;
  }

  /** The same for what is not limited but in how many are on their way: what takes a delivery back. */
  busyUntil(destination: string, limits: PaceLimits, now: Date, more = 0): Date | null {
    const running = this.#recent.get(destination)?.running ?? 0;
    return running + more >= limits.running ? new Date(now.getTime() + RUNNING_WAIT_MS) : null;
  }

  /**
   * Notes that something is on its way. Call the result when it has ended.
   * @param isDelivery false: it takes a delivery back.
   */
  begin(destination: string, limits: PaceLimits, now: Date, isDelivery = true): () => void {
    this.#forgetIdle(now);
    const recent = this.#recent.get(destination) ?? { limits, times: [], running: 0 };
    this.#recent.set(destination, recent);
    if (isDelivery) recent.times.push(now.getTime());
    recent.running += 1;
    // Only as many are needed as the largest limit has.
    if (recent.times.length > limits.within.at(-1)!.deliveries) recent.times.shift();
    return () => {
      recent.running -= 1;
    };
  }

  /** Forgets the destination that was added first, if it got nothing lately. */
  #forgetIdle(now: Date): void {
    const [first] = this.#recent;
    if (first === undefined) return;
    const [destination, { limits, times, running }] = first;
    const latest = times.at(-1) ?? -Infinity;
    const isIdle = running === 0 && latest + limits.within.at(-1)!.milliseconds <= now.getTime();
    this.#recent.delete(destination);
    if (!isIdle) this.#recent.set(destination, first[1]);
  }
}
