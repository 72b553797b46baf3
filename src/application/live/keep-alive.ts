import { type EventSink, keepAliveEvent, type LiveEvent } from './events/live-event.ts';

interface OpenStream {
  readonly sink: EventSink;
  readonly lastEventId: () => string;
}

/** Some clients and proxies close a stream that sends nothing for a minute. */
const INTERVAL_MS = 15_000;

/**
 * Sends a `heartbeat` event to all open streams at an interval. All streams share one timer, which runs only
 * while a stream is open.
 */
export class KeepAlive {
  readonly #intervalMillis: number;
  readonly #streams = new Set<OpenStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMillis = INTERVAL_MS) {
    this.#intervalMillis = intervalMillis;
  }

  /**
   * Adds a stream. Disposing the returned object removes it.
   * @param lastEventId returns the id of the last event that was sent to the sink. The heartbeat repeats it.
   */
  add(sink: EventSink, lastEventId: () => string): Disposable {
    const stream = { sink, lastEventId };
    if (this.#streams.size === 0)
      this.#timer = setInterval(() => this.#sendAll(), this.#intervalMillis).unref();
    this.#streams.add(stream);
    return {
      [Symbol.dispose]: () => {
        this.#streams.delete(stream);
        if (this.#streams.size === 0) clearInterval(this.#timer);
      },
    };
  }

  #sendAll(): void {
    // Streams with the same last event id share one event object, so that it is serialised once.
    const events = new Map<string, LiveEvent>();
    for (const { sink, lastEventId } of [...this.#streams]) {
      const id = lastEventId();
      const event = events.get(id) ?? keepAliveEvent(id);
      events.set(id, event);
      sink.send(event);
    }
  }
}
