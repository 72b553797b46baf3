/** The part of the browser's `Storage` that the page needs. */
export type TextStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

/**
 * A storage that always works. The browser's own may be full, or forbidden: then even reading it throws. What
 * it does not take is kept in memory, until the page is closed.
 */
export class LastingStorage implements TextStorage {
  readonly #open: () => TextStorage;
  readonly #prefix: string;
  readonly #inMemory = new Map<string, string>();

  /**
   * @param open returns the browser's storage; it may throw
   * @param prefix begins the name of each entry in the browser's storage, where other pages have entries, too
   */
  constructor(open: () => TextStorage, prefix: string) {
    this.#open = open;
    this.#prefix = prefix;
  }

  get length(): number {
    return this.#keys().length;
  }

  key(index: number): string | null {
    return this.#keys()[index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#inMemory.get(key) ?? this.#try((storage) => storage.getItem(this.#prefix + key)) ?? null;
  }

  setItem(key: string, text: string): void {
    const isStored = this.#try((storage) => {
      storage.setItem(this.#prefix + key, text);
      return true;
    });
    if (isStored) {
      this.#inMemory.delete(key);
      return;
    }
    this.#inMemory.set(key, text);
    // An older text under this key would come back when the page is opened again.
    this.#try((storage) => storage.removeItem(this.#prefix + key));
  }

  removeItem(key: string): void {
    this.#inMemory.delete(key);
    this.#try((storage) => storage.removeItem(this.#prefix + key));
  }

  /** Returns false if the entry is lost when the page is closed or loaded again. */
  isLasting(key: string): boolean {
    return !this.#inMemory.has(key);
  }

  #keys(): string[] {
    const stored = this.#try((storage) =>
      Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ''),
    );
    const own = (stored ?? [])
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length));
    return [...new Set([...own, ...this.#inMemory.keys()])];
  }

  #try<Result>(action: (storage: TextStorage) => Result): Result | undefined {
    try {
      return action(this.#open());
    } catch {
      return undefined;
    }
  }
}
