import type { UserId } from '../../../domain/ids.ts';
import { FairQueue } from '../database/fair-queue.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * How long a read waits for others to share a statement with. At 2,000 reads a second a statement serves
 * twenty of them. Without the wait it would serve one or two, because it takes less than a millisecond.
 */
const GATHERING_MS = 10;

const MAX_ITEMS = 500;

/**
 * Gathers reads that come within a few milliseconds, and makes them with one statement. Users take turns in
 * the statements, so one with very many reads delays the own ones.
 */
export class GatheredReads<Item extends { readonly userId: UserId }, Result> {
  readonly #readAll: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #waiting = new FairQueue<UserId, Waiting<Item, Result>>();
  #isReading = false;

  /** @param readAll returns a result for each item, in their order. */
  constructor(readAll: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#readAll = readAll;
  }

  read(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push(item.userId, { item, resolve, reject });
    if (!this.#isReading) void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    this.#isReading = true;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, GATHERING_MS));
      const taken = this.#waiting.take(MAX_ITEMS);
      if (taken.length === 0) break;
      try {
        const results = await this.#readAll(taken.map(({ item }) => item));
        for (const [nth, { resolve }] of taken.entries()) resolve(results[nth]!);
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#isReading = false;
  }
}
