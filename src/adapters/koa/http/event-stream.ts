import type { ServerResponse } from 'node:http';
import type { EventSink, LiveEvent } from '../../../application/live/live-event.ts';

/** What a client may leave unread: whoever comes back resumes, and nobody fills the server's memory. */
export const BACKLOG_LIMIT = 1024 * 1024;

/** For a client to take anything in at all, while there is something for it. */
const STALLED_MS = 60_000;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // nginx would hold events back until it has a page of them.
  'X-Accel-Buffering': 'no',
};

/** Begins the answer without a body or with one that goes on and on. */
export function beginEventStream(res: ServerResponse): void {
  // The stream ends with its connection: without chunks, all streams are sent the very same bytes.
  res.removeHeader('Transfer-Encoding');
  res.writeHead(200, HEADERS);
}

/** Server-Sent Events to one client, as fast as it takes them in. */
export class EventStream implements EventSink {
  readonly #res: ServerResponse;
  readonly #closed = Promise.withResolvers<void>();
  /** What waits for the client; references to what is shared, so many slow clients cost no more than one. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isFull = false;
  #stalled: NodeJS.Timeout | undefined;
  #drained: (() => void)[] = [];

  constructor(res: ServerResponse) {
    this.#res = res;
    beginEventStream(res);
    res.on('drain', () => this.#drain());
    res.once('close', () => this.#end());
    if (res.closed) this.#end();
  }

  get isClosed(): boolean {
    return this.#res.writableEnded || this.#res.destroyed || this.#res.closed;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(event: LiveEvent): void {
    if (this.isClosed) return;
    const frame = frameOf(event);
    if (!this.#isFull) {
      this.#write(frame);
    } else if (this.#waiting.length > 0 && this.#waitingBytes + frame.length > BACKLOG_LIMIT) {
      this.#res.destroy();
    } else {
      this.#waiting.push(frame);
      this.#waitingBytes += frame.length;
    }
  }

  drained(): Promise<void> {
    if (!this.#isFull || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  close(): void {
    if (this.isClosed) return;
    // What the client does not take in would keep the connection open, and with it a server that stops.
    if (this.#isFull) this.#res.destroy();
    else this.#res.end();
    this.#closed.resolve();
  }

  #write(frame: Buffer): void {
    if (this.#res.write(frame)) return;
    this.#isFull = true;
    this.#stalled = setTimeout(() => this.#res.destroy(), STALLED_MS).unref();
  }

  #drain(): void {
    this.#isFull = false;
    clearTimeout(this.#stalled);
    const waiting = this.#waiting;
    let next = 0;
    while (next < waiting.length && !this.#isFull) {
      const frame = waiting[next]!;
      next += 1;
      this.#waitingBytes -= frame.length;
      this.#write(frame);
    }
    this.#waiting = waiting.slice(next);
    if (!this.#isFull) this.#tellDrained();
  }

  #end(): void {
    clearTimeout(this.#stalled);
    this.#waiting = [];
    this.#closed.resolve();
    this.#tellDrained();
  }

  #tellDrained(): void {
    for (const tell of this.#drained.splice(0)) tell();
  }
}

const frames = new WeakMap<LiveEvent, Buffer>();

/** Made once for all streams that an event goes to. JSON has no line breaks, so one line holds the data. */
function frameOf(event: LiveEvent): Buffer {
  const made = frames.get(event);
  if (made !== undefined) return made;
  const { id, type, data } = event;
  const frame = Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  frames.set(event, frame);
  return frame;
}
