import type { Seen } from '../../ports/storage/dashboard-queries.ts';
import type { ChangeEvent } from './change-events.ts';
import { formatInstanceEventId } from './event-ids.ts';
import type { LiveEvent } from './live-event.ts';

/** What one look at an instance found: what happened between two states of it. */
export class ChangeBatch {
  readonly from: Seen;
  readonly to: Seen;
  readonly changeEvents: readonly ChangeEvent[];
  #events: readonly LiveEvent[] | null = null;

  constructor(from: Seen, to: Seen, happenings: readonly ChangeEvent[]) {
    this.from = from;
    this.to = to;
    this.changeEvents = happenings;
  }

  /**
   * As events of the instance, each with what is seen once it has arrived: positions count one by one, the
   * version only with the last. Whoever is cut off in between is told of amendments again, and of no message.
   */
  get events(): readonly LiveEvent[] {
    this.#events ??= this.#numbered();
    return this.#events;
  }

  /** Those that tell something to a client which has seen so much already. */
  *eventsAfter({ position, version }: Seen): Iterable<LiveEvent> {
    const isFromMemory = this.from.version === this.to.version;
    if (this.to.version < version || (this.to.version === version && !isFromMemory)) return;
    for (const [nth, event] of this.events.entries()) {
      if ((this.changeEvents[nth]?.position ?? Number.POSITIVE_INFINITY) > position) yield event;
    }
  }

  #numbered(): LiveEvent[] {
    let { position } = this.from;
    return this.changeEvents.map(({ type, data, position: posted }, nth) => {
      position = posted ?? position;
      const isLast = nth === this.changeEvents.length - 1;
      const seen = isLast ? this.to : { position, version: this.from.version };
      return { id: formatInstanceEventId(seen), type, data };
    });
  }
}
