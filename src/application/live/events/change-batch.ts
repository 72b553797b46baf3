import type { InstanceProgress } from '../../../ports/storage/dashboard-queries.ts';
import type { ChangeEvent } from './change-events.ts';
import { formatInstanceEventId } from './event-ids.ts';
import type { LiveEvent } from './live-event.ts';

/** The changes of an instance between two states, as one read found them. */
export class ChangeBatch {
  readonly from: InstanceProgress;
  readonly to: InstanceProgress;
  readonly changeEvents: readonly ChangeEvent[];
  #events: readonly LiveEvent[] | null = null;

  constructor(from: InstanceProgress, to: InstanceProgress, changeEvents: readonly ChangeEvent[]) {
    this.from = from;
    this.to = to;
    this.changeEvents = changeEvents;
  }

  /**
   * The changes as events of the instance. The position in an event's id grows with each message; the version
   * grows with the last event only. A client that is cut off in between may get changed messages a second
   * time, but never a new message twice.
   */
  get events(): readonly LiveEvent[] {
    this.#events ??= this.#withIds();
    return this.#events;
  }

  /** Yields the events that are new to a client that has seen this version and position. */
  *eventsAfter({ position, version }: InstanceProgress): Iterable<LiveEvent> {
    // If the version stays the same, the agent only became stale, or began or stopped to wait. That is not
    // stored, and is new even to a client that has seen this version.
    const keepsVersion = this.from.version === this.to.version;
    if (this.to.version < version || (this.to.version === version && !keepsVersion)) return;
    for (const [nth, event] of this.events.entries()) {
      if ((this.changeEvents[nth]?.position ?? Number.POSITIVE_INFINITY) > position) yield event;
    }
  }

  #withIds(): LiveEvent[] {
    let { position } = this.from;
    return this.changeEvents.map(({ type, data, position: newPosition }, nth) => {
      position = newPosition ?? position;
      const isLast = nth === this.changeEvents.length - 1;
      const seen = isLast ? this.to : { position, version: this.from.version };
      return { id: formatInstanceEventId(seen), type, data };
    });
  }
}
