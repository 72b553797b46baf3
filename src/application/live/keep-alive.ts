import { type EventSink, keepAliveEvent, type LiveEvent } from './live-event.ts';

interface Beating {
  readonly sink: EventSink;
  readonly lastId: () => string;
}

/** Clients and proxies give up a stream that is silent for a minute. */
const EVERY_MS = 15_000;

/** Says to all streams that they are alive; one timer, and none while there is no stream. */
export class KeepAlive {
  readonly #millis: number;
  readonly #beating = new Set<Beating>();
  #timer: NodeJS.Timeout | undefined;

  constructor(millis = EVERY_MS) {
    this.#millis = millis;
  }

  /** @param lastId of the event that the sink was sent last: it is where the client stands after this one, too. */
  add(sink: EventSink, lastId: () => string): Disposable {
    const entry = { sink, lastId };
    if (this.#beating.size === 0) this.#timer = setInterval(() => this.#beat(), this.#millis).unref();
    this.#beating.add(entry);
    return {
      [Symbol.dispose]: () => {
        this.#beating.delete(entry);
        if (this.#beating.size === 0) clearInterval(this.#timer);
      },
    };
  }

  #beat(): void {
    const made = new Map<string, LiveEvent>();
    for (const { sink, lastId } of [...this.#beating]) {
      const id = lastId();
      const event = made.get(id) ?? keepAliveEvent(id);
      made.set(id, event);
      sink.send(event);
    }
  }
}
