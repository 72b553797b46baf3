/** How long writes may take in one turn, and how long a turn lasts: the rest of it is for everything else. */
const WRITING_MS = 1;
const TURN_MS = 3;

/**
 * Spreads writes over time. An event of a user with hundreds of streams is written to each of them, which
 * takes 20 µs for each, and meanwhile nobody else is served. So a third of the time is for writes, and those
 * that come when it is used up wait for the next turn.
 */
export class WriteTurns {
  readonly #waiting = new Set<() => void>();
  #turnBeganAt = Number.NEGATIVE_INFINITY;
  #usedMs = 0;

  /** Calls `write` now, or in a later turn. A write that waits already is not called twice. */
  run(write: () => void): void {
    if (this.#waiting.size === 0 && this.#hasTime()) this.#time(write);
    else this.#wait(write);
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (now - this.#turnBeganAt >= TURN_MS) {
      this.#turnBeganAt = now;
      this.#usedMs = 0;
    }
    return this.#usedMs < WRITING_MS;
  }

  #time(write: () => void): void {
    const startedAt = performance.now();
    write();
    this.#usedMs += performance.now() - startedAt;
  }

  #wait(write: () => void): void {
    if (this.#waiting.size === 0) setTimeout(() => this.#runWaiting(), TURN_MS);
    this.#waiting.add(write);
  }

  #runWaiting(): void {
    try {
      for (const write of this.#waiting) {
        if (!this.#hasTime()) break;
        this.#waiting.delete(write);
        this.#time(write);
      }
    } finally {
      if (this.#waiting.size > 0) setTimeout(() => this.#runWaiting(), TURN_MS);
    }
  }
}
