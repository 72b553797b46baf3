interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_ITEMS = 100;

/** Gathers what is written while an earlier write is under way, and writes it with one statement. */
export class GatheredWrites<Item, Result> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #keyOf: (item: Item) => string;
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;

  /**
   * @param write returns a result for each item, in their order.
   * @param keyOf items with the same key are never in the same statement.
   */
  constructor(write: (items: readonly Item[]) => Promise<readonly Result[]>, keyOf: (item: Item) => string) {
    this.#write = write;
    this.#keyOf = keyOf;
  }

  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    if (!this.#isWriting) void this.#writeAll();
    return promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // What is added in the same turn goes with it.
      await Promise.resolve();
      const taken = this.#take();
      try {
        const results = await this.#write(taken.map(({ item }) => item));
        for (const [nth, { resolve }] of taken.entries()) resolve(results[nth]!);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#isWriting = false;
  }

  #take(): readonly Waiting<Item, Result>[] {
    const byKey = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const each of this.#waiting) {
      const key = this.#keyOf(each.item);
      if (byKey.size >= MAX_ITEMS || byKey.has(key)) left.push(each);
      else byKey.set(key, each);
    }
    this.#waiting = left;
    return [...byKey.values()];
  }
}
