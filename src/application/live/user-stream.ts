import type { Subscription } from '../../ports/signals/signals.ts';
import { formatUserEventId, type UserStreamPosition } from './events/event-ids.ts';
import {
  connectedEvent,
  type EventSink,
  type LiveEvent,
  type LiveStream,
  resyncEvent,
} from './events/live-event.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { UserEvents } from './observers/user-events.ts';

/** One client's stream of all instances of a user. */
export class UserStream implements LiveStream {
  readonly #events: UserEvents;
  readonly #eventsSubscription: Subscription;
  /** The position of the last event that the client has; null for a stream that begins now. */
  readonly #resumeAfter: UserStreamPosition | null;
  readonly #keepAlive: KeepAlive;
  #isSubscribed = true;
  /** The id of the event that was sent last. */
  #lastEventId = '';

  constructor(events: UserEvents, keepAlive: KeepAlive, resumeAfter: UserStreamPosition | null) {
    this.#events = events;
    this.#keepAlive = keepAlive;
    this.#eventsSubscription = events.retain();
    this.#resumeAfter = resumeAfter;
  }

  async pipeTo(sink: EventSink): Promise<void> {
    using _subscription = { [Symbol.dispose]: () => this.cancel() };
    const resumeAfter = this.#resumeAfter;
    if (resumeAfter === null) this.#send(connectedEvent(formatUserEventId(this.#events.position)), sink);
    using _keepAlive = this.#keepAlive.add(sink, () => this.#lastEventId);
    using _attached = resumeAfter === null ? this.#attach(sink) : await this.#replay(resumeAfter, sink);
    await sink.whenClosed;
  }

  cancel(): void {
    if (this.#isSubscribed) this.#eventsSubscription.close();
    this.#isSubscribed = false;
  }

  /**
   * Sends the missed events, and those that come meanwhile, only as fast as the client reads. Then subscribes
   * the stream to new events in the same turn of the event loop, so that no event is lost in between.
   */
  async #replay(resumeAfter: UserStreamPosition, sink: EventSink): Promise<Disposable | null> {
    let { number: sentNumber } = resumeAfter;
    let missedEvents = this.#events.eventsAfter(resumeAfter);
    // The connected event carries the client's own position, from which it can resume again.
    const connectedAt = missedEvents === null ? this.#events.position : resumeAfter;
    this.#send(connectedEvent(formatUserEventId(connectedAt)), sink);
    while (missedEvents !== null && missedEvents.length > 0) {
      for (const event of missedEvents) {
        this.#send(event, sink);
        await sink.whenDrained();
        if (sink.isClosed) return null;
      }
      sentNumber += missedEvents.length;
      missedEvents = this.#events.eventsAfter({ ...resumeAfter, number: sentNumber });
    }
    // Null: the events after this position are not kept any more, so the client has to read everything again.
    if (missedEvents === null) this.#send(resyncEvent(formatUserEventId(this.#events.position)), sink);
    return this.#attach(sink);
  }

  #attach(sink: EventSink): Disposable {
    return this.#events.attach({ onEvent: (event) => this.#send(event, sink) });
  }

  #send(event: LiveEvent, sink: EventSink): void {
    this.#lastEventId = event.id;
    sink.send(event);
  }
}
