import type { LiveEvent } from './live-event.ts';

/** How much one process keeps for all users together, in UTF-16 units of content. */
export const MAX_SIZE_OF_ALL_USERS = 8 * 1024 * 1024;
/** The same for one user. */
const MAX_SIZE_OF_ONE_USER = 1024 * 1024;
/** What each event counts in addition to its content. */
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
  readonly #maxSize: number;
  readonly #keptEvents = new Set<KeptEvent>();
  #size = 0;

  constructor(maxSize = MAX_SIZE_OF_ALL_USERS) {
    this.#maxSize = maxSize;
  }

  add(keptEvent: KeptEvent): void {
    this.#keptEvents.add(keptEvent);
    this.#size += keptEvent.size;
    // A Set iterates from the oldest entry, so each event here is also the oldest of its owner.
    for (const oldest of this.#keptEvents) {
      if (this.#size <= this.#maxSize) return;
      oldest.owner.forgetOldest();
    }
  }

  remove(keptEvent: KeptEvent): void {
    if (this.#keptEvents.delete(keptEvent)) this.#size -= keptEvent.size;
  }
}

/** The latest events of one user, numbered without gaps. A stream that reconnects is sent what it missed. */
export class RecentEvents {
  readonly #memory: EventMemory;
  readonly #keptEvents: KeptEvent[] = [];
  #size = 0;
  #newestNumber = 0;

  constructor(memory: EventMemory) {
    this.#memory = memory;
  }

  /** The number of the newest event, even if that event is no longer kept; 0 if there was none. */
  get newestNumber(): number {
    return this.#newestNumber;
  }

  /** Adds an event, and gives it the next number. */
  add(event: LiveEvent): void {
    this.#newestNumber += 1;
    const size = OVERHEAD_PER_EVENT + contentSize(event);
    const keptEvent = { event, size, owner: this };
    this.#keptEvents.push(keptEvent);
    this.#size += size;
    this.#memory.add(keptEvent);
    while (this.#size > MAX_SIZE_OF_ONE_USER) this.forgetOldest();
  }

  /**
   * Returns the events after a number, in order; null if not all of them are kept, or the number was never
   * used.
   */
  eventsAfter(number: number): readonly LiveEvent[] | null {
    const missedCount = this.#newestNumber - number;
    if (missedCount < 0 || missedCount > this.#keptEvents.length) return null;
    return this.#keptEvents.slice(this.#keptEvents.length - missedCount).map(({ event }) => event);
  }

  forgetOldest(): void {
    const oldest = this.#keptEvents.shift();
    if (oldest === undefined) return;
    this.#size -= oldest.size;
    this.#memory.remove(oldest);
  }

  clear(): void {
    while (this.#keptEvents.length > 0) this.forgetOldest();
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
