/** A queue for each key. The keys take turns: one with many items delays its own items only. */
export class FairQueue<Key, Item> {
  /** Never has an empty queue. The first key is the next one whose turn it is. */
  readonly #queues = new Map<Key, Item[]>();

  /** Adds an item behind those of its key. */
  push(key: Key, item: Item): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [item]);
    else queue.push(item);
  }

  /** Puts back items of one key, before its other ones. */
  putBack(key: Key, items: readonly Item[]): void {
    if (items.length > 0) this.#queues.set(key, [...items, ...(this.#queues.get(key) ?? [])]);
  }

  /** Gives all other keys their turn before this one. */
  moveToEnd(key: Key): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    this.#queues.delete(key);
    this.#queues.set(key, queue);
  }

  /** Removes and returns the first item of the next key that `mayTake` accepts; null if there is none. */
  takeNext(mayTake: (key: Key) => boolean = () => true): Item | null {
    for (const [key, queue] of this.#queues) {
      if (!mayTake(key)) continue;
      const item = queue.shift()!;
      if (queue.length === 0) this.#queues.delete(key);
      else this.moveToEnd(key);
      return item;
    }
    return null;
  }

  /** Removes and returns at most `max` items: one of each key in turn, those of a key in their order. */
  take(max: number): Item[] {
    const taken: Item[] = [];
    while (taken.length < max) {
      const item = this.takeNext();
      if (item === null) break;
      taken.push(item);
    }
    return taken;
  }
}
