import type { Subscription } from '../../ports/signals/signals.ts';
import { type UserStreamPosition, formatUserEventId } from './event-ids.ts';
import type { KeepAlive } from './keep-alive.ts';
import {
  connectedEvent,
  type EventSink,
  type LiveEvent,
  type LiveStream,
  resyncEvent,
} from './live-event.ts';
import type { UserEvents } from './user-events.ts';

/** What is told to one client of all instances of a user. */
export class UserStream implements LiveStream {
  readonly #events: UserEvents;
  readonly #hold: Subscription;
  /** What the client has; null: it begins now. */
  readonly #after: UserStreamPosition | null;
  readonly #heartbeat: KeepAlive;
  #isHeld = true;
  /** Of the event sent last. */
  #lastId = '';

  constructor(events: UserEvents, heartbeat: KeepAlive, after: UserStreamPosition | null) {
    this.#events = events;
    this.#heartbeat = heartbeat;
    this.#hold = events.retain();
    this.#after = after;
  }

  async pipeTo(sink: EventSink): Promise<void> {
    using _held = { [Symbol.dispose]: () => this.cancel() };
    if (this.#after === null) this.#send(connectedEvent(formatUserEventId(this.#events.position)), sink);
    using _beating = this.#heartbeat.add(sink, () => this.#lastId);
    using _attached = this.#after === null ? this.#attach(sink) : await this.#replay(this.#after, sink);
    await sink.closed;
  }

  cancel(): void {
    if (this.#isHeld) this.#hold.close();
    this.#isHeld = false;
  }

  /**
   * Sends what was missed, no faster than the client takes it in, what comes meanwhile included; what comes
   * after it is sent as it comes, beginning in the same turn.
   */
  async #replay(after: UserStreamPosition, sink: EventSink): Promise<Disposable | null> {
    let { number } = after;
    let missed = this.#events.eventsAfter(after);
    // Until more has arrived, the client stands where it stood.
    this.#send(connectedEvent(formatUserEventId(missed === null ? this.#events.position : after)), sink);
    while (missed !== null && missed.length > 0) {
      for (const event of missed) {
        this.#send(event, sink);
        await sink.drained();
        if (sink.isClosed) return null;
      }
      number += missed.length;
      missed = this.#events.eventsAfter({ ...after, number });
    }
    if (missed === null) this.#send(resyncEvent(formatUserEventId(this.#events.position)), sink);
    return this.#attach(sink);
  }

  #attach(sink: EventSink): Disposable {
    return this.#events.attach({ onEvent: (event) => this.#send(event, sink) });
  }

  #send(event: LiveEvent, sink: EventSink): void {
    this.#lastId = event.id;
    sink.send(event);
  }
}
