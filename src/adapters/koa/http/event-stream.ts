import type { ServerResponse } from 'node:http';
import type { EventSink, LiveEvent } from '../../../application/live/events/live-event.ts';
import { WriteTurns } from './write-turns.ts';

/**
 * How many bytes may wait for a slow client. When there are more, the stream is closed, and the client
 * reconnects and continues after its last event. This limits the server's memory.
 */
export const MAX_BACKLOG_BYTES = 1024 * 1024;

/** A stream is closed if its client has read nothing for this long, although events wait for the client. */
const STALL_TIMEOUT_MS = 60_000;

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  // Without this header nginx collects events in a buffer instead of passing each on at once.
  'X-Accel-Buffering': 'no',
};

/** The turns of all streams of this process. */
const WRITE_TURNS = new WriteTurns();

/** Sends the status and the headers of an event stream. */
export function beginEventStream(res: ServerResponse): void {
  // The stream ends when its connection closes, so it needs no chunked encoding. Without it, all streams can
  // send the same buffers.
  res.removeHeader('Transfer-Encoding');
  res.writeHead(200, HEADERS);
}

/** Sends Server-Sent Events to one client, as fast as the client reads them. */
export class EventStream implements EventSink {
  readonly #res: ServerResponse;
  readonly #turns: WriteTurns;
  readonly #closed = Promise.withResolvers<void>();
  /**
   * Encoded events that wait for the client. All streams share these buffers, so many slow clients need no
   * more memory than one.
   */
  #waitingFrames: Buffer[] = [];
  #waitingBytes = 0;
  /** The socket takes no more until it has sent what it has (`drain`). */
  #isSocketFull = false;
  #stallTimer: NodeJS.Timeout | undefined;
  #drainWaiters: (() => void)[] = [];

  /** @param turns Default: those of all streams of this process. */
  constructor(res: ServerResponse, turns = WRITE_TURNS) {
    this.#res = res;
    this.#turns = turns;
    beginEventStream(res);
    res.on('drain', () => this.#onDrain());
    res.once('close', () => this.#onClose());
    if (res.closed) this.#onClose();
  }

  get isClosed(): boolean {
    return this.#res.writableEnded || this.#res.destroyed || this.#res.closed;
  }

  get whenClosed(): Promise<void> {
    return this.#closed.promise;
  }

  send(event: LiveEvent): void {
    if (this.isClosed) return;
    const frame = encodeFrame(event);
    const isFirst = this.#waitingFrames.length === 0;
    // The limit counts from the second waiting event: one event may have any size, because of git diffs.
    if (this.#isSocketFull && !isFirst && this.#waitingBytes + frame.length > MAX_BACKLOG_BYTES) {
      this.#res.destroy();
      return;
    }
    this.#waitingFrames.push(frame);
    this.#waitingBytes += frame.length;
    if (isFirst && !this.#isSocketFull) this.#turns.run(this.#writeWaiting);
  }

  whenDrained(): Promise<void> {
    if (this.#waitingFrames.length === 0 || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  close(): void {
    if (this.isClosed) return;
    if (!this.#isSocketFull) this.#writeWaiting();
    // While data waits for the client, end() keeps the connection open, and a stopping server would wait.
    if (this.#isSocketFull) this.#res.destroy();
    else this.#res.end();
    this.#closed.resolve();
  }

  #write(frame: Buffer): void {
    if (this.#res.write(frame)) return;
    this.#isSocketFull = true;
    this.#stallTimer = setTimeout(() => this.#res.destroy(), STALL_TIMEOUT_MS).unref();
  }

  #onDrain(): void {
    this.#isSocketFull = false;
    clearTimeout(this.#stallTimer);
    this.#writeWaiting();
  }

  /** Writes what waits, until the socket is full. */
  readonly #writeWaiting = (): void => {
    if (this.isClosed) return;
    const frames = this.#waitingFrames;
    let sentFrames = 0;
    while (sentFrames < frames.length && !this.#isSocketFull) {
      const frame = frames[sentFrames]!;
      sentFrames += 1;
      this.#waitingBytes -= frame.length;
      this.#write(frame);
    }
    this.#waitingFrames = frames.slice(sentFrames);
    if (this.#waitingFrames.length === 0) this.#resolveDrained();
  };

  #onClose(): void {
    clearTimeout(this.#stallTimer);
    this.#waitingFrames = [];
    this.#closed.resolve();
    this.#resolveDrained();
  }

  #resolveDrained(): void {
    for (const resolve of this.#drainWaiters.splice(0)) resolve();
  }
}

const frameByEvent = new WeakMap<LiveEvent, Buffer>();

/**
 * Encodes an event, once for all streams that send it. JSON text has no line breaks, so the data is one line.
 */
function encodeFrame(event: LiveEvent): Buffer {
  const encoded = frameByEvent.get(event);
  if (encoded !== undefined) return encoded;
  const { id, type, data } = event;
  const frame = Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  frameByEvent.set(event, frame);
  return frame;
}
