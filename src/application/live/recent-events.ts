import type { LiveEvent } from './live-event.ts';

/** What is kept for all users of a process together, and of one of them, in UTF-16 units of content. */
export const MAX_SIZE_OF_ALL_USERS = 8 * 1024 * 1024;
const KEPT_OF_ONE = 1024 * 1024;
/** What an event costs beside its content. */
const OVERHEAD = 512;

interface Kept {
  readonly event: LiveEvent;
  readonly size: number;
  readonly of: RecentEvents;
}

/** The memory that all users' recent events share: the oldest goes first, whosever it is. */
export class EventMemory {
  readonly #limit: number;
  readonly #kept = new Set<Kept>();
  #size = 0;

  constructor(limit = MAX_SIZE_OF_ALL_USERS) {
    this.#limit = limit;
  }

  keep(kept: Kept): void {
    this.#kept.add(kept);
    this.#size += kept.size;
    for (const oldest of this.#kept) {
      if (this.#size <= this.#limit) return;
      oldest.of.forgetOldest();
    }
  }

  drop(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#size -= kept.size;
  }
}

/** The last events of one user, numbered without gaps, for streams that come back. */
export class RecentEvents {
  readonly #memory: EventMemory;
  readonly #kept: Kept[] = [];
  #size = 0;
  /** The number of the newest event, kept or not. */
  #newest = 0;

  constructor(memory: EventMemory) {
    this.#memory = memory;
  }

  get newestNumber(): number {
    return this.#newest;
  }

  /** @param event numbered one more than the newest. */
  add(event: LiveEvent): void {
    this.#newest += 1;
    const size = OVERHEAD + contentOf(event);
    const kept = { event, size, of: this };
    this.#kept.push(kept);
    this.#size += size;
    this.#memory.keep(kept);
    while (this.#size > KEPT_OF_ONE) this.forgetOldest();
  }

  /** The events after a number, in order; null where not all of them are known any more, or never were. */
  eventsAfter(number: number): readonly LiveEvent[] | null {
    const missed = this.#newest - number;
    if (missed < 0 || missed > this.#kept.length) return null;
    return this.#kept.slice(this.#kept.length - missed).map(({ event }) => event);
  }

  forgetOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    this.#size -= oldest.size;
    this.#memory.drop(oldest);
  }

  clear(): void {
    while (this.#kept.length > 0) this.forgetOldest();
  }
}

/** Text is what can be long in an event, and what an agent says about its message. */
function contentOf({ data }: LiveEvent): number {
  let size = 0;
  for (const value of Object.values(data)) {
    if (typeof value === 'string') size += value.length;
    else if (typeof value === 'object' && value !== null) size += JSON.stringify(value).length;
  }
  return size;
}
