import { backoffMs } from '../../../src/adapters/client/http/backoff.ts';
import { randomId } from '../../../src/adapters/client/http/random-id.ts';
import type { StreamEvent } from '../model/wire.ts';
import { readEvents, type StreamPosition } from './event-source.ts';
import { type Election, electByLock, electByMessages, type Lead } from './leader-election.ts';
import { openTabChannel } from './tab-channel.ts';

/** What happens on the stream of all events. */
export interface EventListener {
  /** @param isFirst true if events may have been missed before this one */
  onEvent(event: StreamEvent, isFirst: boolean): void;
  /** This tab joins a stream that another tab has open. Events may have been missed before. */
  onJoined(): void;
  /** The stream is lost. It is opened again after a pause. */
  onLost(): void;
  /** The server does not accept the session cookie. There are no more events. */
  onSignedOut(): void;
}

type TabMessage =
  | { readonly kind: 'event'; readonly id: string; readonly event: StreamEvent }
  | { readonly kind: 'lost' }
  /** A tab was opened, and asks for the state of the stream. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'live'; readonly lastEventId: string };

/** The leader sends something more often than this. If it does not, its tab is frozen. */
const MAX_SILENCE_MS = 45_000;
/** When the user looks at a tab, it does not wait that long. */
const TRUSTED_SILENCE_MS = 20_000;

/**
 * Receives all events of a user, over one connection for all tabs of the browser: over HTTP/1.1, a browser
 * has only six connections to a server. One tab, the leader, reads the stream and sends the events to the
 * others. Each tab remembers the last event, so another one continues after it when the leader is closed.
 */
export class SharedEvents {
  readonly #listener: EventListener;
  readonly #stopSignal: AbortSignal;
  readonly #channel: BroadcastChannel | null;
  readonly #position: StreamPosition = { lastEventId: null };
  readonly #election: Election;
  /** Aborted when this tab no longer leads. Null: it has not led yet. */
  #leadSignal: AbortSignal | null = null;
  #state: 'connecting' | 'live' | 'lost' = 'connecting';
  #lastSignAt = Date.now();
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;
  #currentStream = new AbortController();
  #endPauseNow: () => void = () => {};

  constructor(userId: string, listener: EventListener, stopSignal: AbortSignal) {
    this.#listener = listener;
    this.#stopSignal = stopSignal;
    this.#channel = openTabChannel(`events:${userId}`);
    this.#channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => this.#onMessage(data));
    stopSignal.addEventListener('abort', () => {
      clearTimeout(this.#silenceTimer);
      this.#channel?.close();
    });
    this.#noteSign();
    this.#election = this.#elect(userId);
    this.#send({ kind: 'hello' });
  }

  /** Makes sure that events arrive, because the network is back or the user looks at this tab. */
  reconnectNow(): void {
    const isSilent = Date.now() - this.#lastSignAt > TRUSTED_SILENCE_MS;
    if (!this.#isLeading) {
      if (isSilent) this.#election.takeOver();
      return;
    }
    if (this.#state === 'live' && isSilent) this.#currentStream.abort();
    this.#endPauseNow();
  }

  get #isLeading(): boolean {
    return this.#leadSignal?.aborted === false;
  }

  #elect(userId: string): Election {
    const lead: Lead = (endSignal) => this.#lead(endSignal);
    const channel = openTabChannel(`leader:${userId}`);
    if (channel === null) {
      void lead(this.#stopSignal);
      return { takeOver: () => {} };
    }
    if (navigator.locks === undefined) return electByMessages(channel, randomId(), lead, this.#stopSignal);
    channel.close();
    return electByLock(navigator.locks, channel.name, lead, this.#stopSignal);
  }

  /** Reads the stream, and opens it again whenever it breaks. */
  async #lead(endSignal: AbortSignal): Promise<void> {
    this.#leadSignal = endSignal;
    let failureCount = 0;
    const onEvent = (event: StreamEvent, id: string) => {
      failureCount = 0;
      this.#receive(event, id);
      this.#send({ kind: 'event', id, event });
    };
    try {
      while (!endSignal.aborted) {
        this.#currentStream = new AbortController();
        const end = await readEvents(
          this.#position,
          onEvent,
          AbortSignal.any([endSignal, this.#currentStream.signal]),
        );
        if (endSignal.aborted) return;
        if (end === 'signed-out') return this.#listener.onSignedOut();
        this.#send({ kind: 'lost' });
        this.#lose();
        failureCount += 1;
        await this.#pause(backoffMs(failureCount, Math.random()), endSignal);
      }
    } finally {
      if (this.#leadSignal === endSignal) this.#leadSignal = null;
      this.#noteSign();
    }
  }

  #onMessage(message: TabMessage): void {
    if (message.kind === 'hello') {
      const { lastEventId } = this.#position;
      if (!this.#isLeading) return;
      if (this.#state === 'live' && lastEventId !== null) this.#send({ kind: 'live', lastEventId });
      else if (this.#state === 'lost') this.#send({ kind: 'lost' });
      return;
    }
    if (this.#isLeading) return;
    if (message.kind === 'event') this.#receive(message.event, message.id);
    else if (message.kind === 'lost') this.#lose();
    else if (this.#position.lastEventId === null) this.#join(message.lastEventId);
    this.#noteSign();
  }

  #receive(event: StreamEvent, id: string): void {
    const isFirst = this.#position.lastEventId === null;
    this.#position.lastEventId = id;
    this.#state = 'live';
    this.#noteSign();
    this.#listener.onEvent(event, isFirst);
  }

  #join(lastEventId: string): void {
    this.#position.lastEventId = lastEventId;
    this.#state = 'live';
    this.#listener.onJoined();
  }

  #lose(): void {
    this.#state = 'lost';
    this.#listener.onLost();
  }

  /** Notes that the leader is alive, and takes over when it gives no sign for too long. */
  #noteSign(): void {
    this.#lastSignAt = Date.now();
    clearTimeout(this.#silenceTimer);
    if (this.#stopSignal.aborted) return;
    this.#silenceTimer = setTimeout(
      () => {
        if (!this.#isLeading) this.#election.takeOver();
        this.#noteSign();
      },
      // Not all tabs at once.
      MAX_SILENCE_MS * (1 + Math.random() / 4),
    );
  }

  #send(message: TabMessage): void {
    if (!this.#stopSignal.aborted) this.#channel?.postMessage(message);
  }

  #pause(ms: number, endSignal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#endPauseNow = resolve;
    endSignal.addEventListener('abort', () => resolve());
    return promise.finally(() => clearTimeout(timer));
  }
}
