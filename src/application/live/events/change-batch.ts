import type { InstanceProgress } from '../../../ports/storage/dashboard-queries.ts';
import type { ChangeEvent } from './change-events.ts';
import { formatInstanceEventId } from './event-ids.ts';
import type { LiveEvent } from './live-event.ts';

/** The changes of an instance between two points of its history, as one read found them. */
export class ChangeBatch {
  readonly progressBefore: InstanceProgress;
  readonly progressAfter: InstanceProgress;
  readonly changeEvents: readonly ChangeEvent[];
  #events: readonly LiveEvent[] | null = null;

  constructor(
    progressBefore: InstanceProgress,
    progressAfter: InstanceProgress,
    changeEvents: readonly ChangeEvent[],
  ) {
    this.progressBefore = progressBefore;
    this.progressAfter = progressAfter;
    this.changeEvents = changeEvents;
  }

  /**
   * The changes as events of a stream of this instance. The position in an event's id grows with each
   * message; the version grows with the last event only. A client that is cut off in between may get changed
   * messages a second time, but never a new message twice.
   */
  get events(): readonly LiveEvent[] {
    this.#events ??= this.#withIds();
    return this.#events;
  }

  /** Yields the events that are new to a client that has seen this version and position. */
  *eventsAfter({ position, version }: InstanceProgress): Iterable<LiveEvent> {
    // There are two kinds of batches that keep the version. The first has one page of many new messages: the
    // version follows with the last page. The second has changes that are not stored: the agent became stale,
    // or started or stopped waiting. Both may be new to a client that has seen this version.
    const hasSameVersion = this.progressBefore.version === this.progressAfter.version;
    if (this.progressAfter.version < version || (this.progressAfter.version === version && !hasSameVersion))
      return;
    for (const [index, event] of this.events.entries()) {
      // An event without a position is not a new message, so no position can show that it was seen.
      if ((this.changeEvents[index]?.position ?? Number.POSITIVE_INFINITY) > position) yield event;
    }
  }

  #withIds(): LiveEvent[] {
    let { position } = this.progressBefore;
    return this.changeEvents.map(({ type, data, position: newPosition }, index) => {
      position = newPosition ?? position;
      const isLast = index === this.changeEvents.length - 1;
      const progress = isLast ? this.progressAfter : { position, version: this.progressBefore.version };
      return { id: formatInstanceEventId(progress), type, data };
    });
  }
}
