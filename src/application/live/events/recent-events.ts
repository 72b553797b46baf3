import type { LiveEvent } from './live-event.ts';

/** How much one process keeps for all users together, and for one user, in UTF-16 units of content. */
export const MAX_SIZE_OF_ALL_USERS = 8 * 1024 * 1024;
const MAX_SIZE_OF_ONE_USER = 1024 * 1024;
/** The size that each event adds to its content. */
const OVERHEAD_PER_EVENT = 512;

interface KeptEvent {
  readonly event: LiveEvent;
  readonly size: number;
  /** The list that keeps the event. */
  readonly owner: RecentEvents;
}

/**
 * The memory that the recent events of all users share. Above the limit the oldest events are forgotten
 * first.
 */
export class EventMemory {
  readonly #limit: number;
  readonly #kept = new Set<KeptEvent>();
  #size = 0;

  constructor(limit = MAX_SIZE_OF_ALL_USERS) {
    this.#limit = limit;
  }

  add(kept: KeptEvent): void {
    this.#kept.add(kept);
    this.#size += kept.size;
    for (const oldest of this.#kept) {
      if (this.#size <= this.#limit) return;
      oldest.owner.forgetOldest();
    }
  }

  remove(kept: KeptEvent): void {
    if (this.#kept.delete(kept)) this.#size -= kept.size;
  }
}

/** The latest events of one user, numbered without gaps. A stream that reconnects is sent what it missed. */
export class RecentEvents {
  readonly #memory: EventMemory;
  readonly #kept: KeptEvent[] = [];
  #size = 0;
  #newestNumber = 0;

  constructor(memory: EventMemory) {
    this.#memory = memory;
  }

  /** The number of the newest event, even if that event is no longer kept; 0 if there was none. */
  get newestNumber(): number {
    return this.#newestNumber;
  }

  /** @param event its number is `newestNumber + 1`. */
  add(event: LiveEvent): void {
    this.#newestNumber += 1;
    const size = OVERHEAD_PER_EVENT + contentSize(event);
    const kept = { event, size, owner: this };
    this.#kept.push(kept);
    this.#size += size;
    this.#memory.add(kept);
    while (this.#size > MAX_SIZE_OF_ONE_USER) this.forgetOldest();
  }

  /**
   * Returns the events after a number, in order; null if not all of them are kept, or the number was never
   * used.
   */
  eventsAfter(number: number): readonly LiveEvent[] | null {
    const missed = this.#newestNumber - number;
    if (missed < 0 || missed > this.#kept.length) return null;
    return this.#kept.slice(this.#kept.length - missed).map(({ event }) => event);
  }

  forgetOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    this.#size -= oldest.size;
    this.#memory.remove(oldest);
  }

  clear(): void {
    while (this.#kept.length > 0) this.forgetOldest();
  }
}

/** Counts only what can be long: texts, and the metadata that agents add. */
function contentSize({ data }: LiveEvent): number {
  let size = 0;
  for (const value of Object.values(data)) {
    if (typeof value === 'string') size += value.length;
    else if (typeof value === 'object' && value !== null) size += JSON.stringify(value).length;
  }
  return size;
}
