import type { UserId } from '../../domain/ids.ts';

/** How long a user counts as one who uses this process, after the last request. */
const IN_USE_MS = 5_000;

/** Knows whether several users use this process. */
export class SharedUse {
  readonly #now: () => number;
  #lastUser: UserId | null = null;
  #lastUsedAt = Number.NEGATIVE_INFINITY;
  /** When a request came last from another user than the one shortly before it. */
  #sharedAt = Number.NEGATIVE_INFINITY;

  /** @param now a time in milliseconds that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes a request of a user. */
  note(userId: UserId): void {
    const now = this.#now();
    if (userId !== this.#lastUser && now - this.#lastUsedAt <= IN_USE_MS) this.#sharedAt = now;
    this.#lastUser = userId;
    this.#lastUsedAt = now;
  }

  /** Whether requests of different users have come one after another in the last five seconds. */
  get isShared(): boolean {
    return this.#now() - this.#sharedAt <= IN_USE_MS;
  }
}
