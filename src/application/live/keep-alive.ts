import { type EventSink, keepAliveEvent, type LiveEvent } from './events/live-event.ts';

interface OpenStream {
  readonly sink: EventSink;
  readonly lastId: () => string;
}

/** Clients and proxies close a stream that sends nothing for a minute. */
const INTERVAL_MS = 15_000;

/**
 * Sends a `heartbeat` event to all open streams at an interval. It has one timer, and none while no stream is
 * open.
 */
export class KeepAlive {
  readonly #intervalMillis: number;
  readonly #streams = new Set<OpenStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(intervalMillis = INTERVAL_MS) {
    this.#intervalMillis = intervalMillis;
  }

  /**
   * Adds a stream until it is disposed.
   * @param lastId returns the id of the last event that was sent to the sink. The heartbeat repeats it.
   */
  add(sink: EventSink, lastId: () => string): Disposable {
    const stream = { sink, lastId };
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
    // Streams with the same last id share one event object, so that it is serialised once.
    const events = new Map<string, LiveEvent>();
    for (const { sink, lastId } of [...this.#streams]) {
      const id = lastId();
      const event = events.get(id) ?? keepAliveEvent(id);
      events.set(id, event);
      sink.send(event);
    }
  }
}
