import type { Subscription } from '../../ports/signals/signals.ts';

/**
 * Tells the job that ends questions about the deadlines that are set in this process, so that it need not
 * look for them every second.
 */
export class DeadlineAnnouncements {
  readonly #listeners = new Set<(seconds: number) => void>();

  /** @param seconds until the deadline of a question that was saved just now. */
  announce(seconds: number): void {
    for (const listener of this.#listeners) listener(seconds);
  }

  /** Calls `listener` at each announcement. */
  subscribe(listener: (seconds: number) => void): Subscription {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }
}
