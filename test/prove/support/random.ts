import { SeededRandom } from '../../support/seeded-random.ts';

/**
 * A seeded random source. `fork` returns a source for one actor, so that its numbers do not depend on the
 * order in which the actors run.
 */
export class Random extends SeededRandom {
  readonly #name: string;

  constructor(name: string | number) {
    super(hashOf(String(name)));
    this.#name = String(name);
  }

  fork(label: string | number): Random {
    return new Random(`${this.#name}/${label}`);
  }

  /** Returns a whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index -= 1) {
      const otherIndex = this.below(index + 1);
      [result[index], result[otherIndex]] = [result[otherIndex]!, result[index]!];
    }
    return result;
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.below(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** The FNV-1a hash. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
