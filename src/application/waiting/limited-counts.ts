/** Counts what is open now for each key, and lets each key have a limited number. */
export class LimitedCounts<Key> {
  readonly #limit: number;
  readonly #counts = new Map<Key, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts one more, unless the key has reached its limit: then it returns false. */
  tryBegin(key: Key): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#limit) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  /** Counts one less. */
  end(key: Key): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
  }
}
