/** A queue for each key. The keys take turns: one with many items delays its own items only. */
export class FairQueue<Key, Item> {
  readonly #queues = new Map<Key, Item[]>();

  /** Adds an item behind those of its key. */
  push(key: Key, item: Item): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [item]);
    else queue.push(item);
  }

  /** Puts back items of one key, before its other ones. */
  putBack(key: Key, items: readonly Item[]): void {
    this.#queues.set(key, [...items, ...(this.#queues.get(key) ?? [])]);
  }

  /** Removes and returns at most `max` items: one of each key in turn, those of a key in their order. */
  take(max: number): Item[] {
    const taken: Item[] = [];
    for (const [key, queue] of this.#queues) {
      if (taken.length === max) break;
      taken.push(queue.shift()!);
      // To the end of the circle. The loop comes to it again, if the key has more.
      this.#queues.delete(key);
      if (queue.length > 0) this.#queues.set(key, queue);
    }
    return taken;
  }
}
