import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { UserId } from '../../domain/ids.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { Revoked } from '../../ports/signals/revocations.ts';
import type { SeenVersions, Signal, Subscription } from '../../ports/signals/signals.ts';
import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { Versions } from '../../ports/storage/versions.ts';
import { InProcessSignals } from './in-process-signals.ts';
import { ListenConnection } from './listen-connection.ts';
import { databaseNotification, decodeRevoked, decodeSignals } from './signal-payload.ts';
import { Sweep } from './sweep.ts';

/** Intervals and limits, in milliseconds. */
export interface PostgresSignalsTiming {
  /** Between two sweeps, which also check the connection. A missed signal may be this late. */
  readonly sweep: number;
  /** How long the server may take to accept the connection or to answer on it. */
  readonly answer: number;
  /** The pause before the first attempt to reconnect, doubled with each attempt up to the longest. */
  readonly reconnect: { readonly first: number; readonly longest: number };
}

export interface PostgresSignalsOptions {
  /** How to reach the database directly: through a transaction-pooling proxy notifications do not arrive. */
  readonly connection: pg.ClientConfig;
  readonly logger: Logger;
  readonly timing?: Partial<PostgresSignalsTiming>;
  /** Is sent a report of every reconnection. */
  readonly observer?: Observer | null;
}

const TIMING: PostgresSignalsTiming = {
  sweep: 10_000,
  answer: 5_000,
  reconnect: { first: 100, longest: 5_000 },
};

/**
 * Delivers signals between all server processes of one PostgreSQL database, over LISTEN/NOTIFY. The store
 * sends the notification inside its saving statement and calls `publish` after it, so subscribers in the same
 * process need not wait for their own notification; when it arrives, it carries a version that they have
 * seen.
 *
 * Revocations come over the same connection. Those that get lost with a connection are not repeated: the
 * sweep knows instances only.
 */
export class PostgresSignals implements StoreSignals {
  readonly databaseNotification = databaseNotification;
  readonly #listeners: InProcessSignals;
  readonly #timing: PostgresSignalsTiming;
  readonly #logger: Logger;
  readonly #observer: Observer | null;
  readonly #connect: () => ListenConnection;
  readonly #closing = new AbortController();
  /** Null until `start`. */
  #sweep: Sweep | null = null;
  #connection: ListenConnection | null = null;
  #ticks: NodeJS.Timeout | undefined;
  #reconnectLoop: Promise<void> | undefined;

  constructor(options: PostgresSignalsOptions) {
    const { connection, logger, timing, observer = null } = options;
    this.#observer = observer;
    this.#timing = { ...TIMING, ...timing };
    this.#logger = logger;
    this.#listeners = new InProcessSignals(logger);
    const onPayload = (payload: string) => this.#receive(payload);
    this.#connect = () => new ListenConnection({ connection, answerMillis: this.#timing.answer, onPayload });
  }

  /**
   * Connects and listens. Resolves once signals of other processes arrive. A connection that is lost later is
   * renewed until `close`.
   * @param versions of the store whose changes these signals are about; they find what a lost connection
   * missed.
   * @throws Error where the database cannot be reached now; it may then be called again.
   */
  async start(versions: Versions): Promise<void> {
    this.#closing.signal.throwIfAborted();
    const sweep = new Sweep(this.#listeners, versions, this.#logger);
    this.#sweep = sweep;
    const connection = this.#connect();
    this.#connection = connection;
    await connection.open();
    this.#closing.signal.throwIfAborted();
    sweep.catchUp();
    this.#ticks = setInterval(() => this.#tick(sweep), this.#timing.sweep);
    this.#reconnectLoop = this.#stayConnected(connection, sweep);
  }

  publish(signals: readonly Signal[]): void {
    this.#listeners.publish(signals);
  }

  subscribe(
    instance: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription {
    return this.#listeners.subscribe(instance, listener, seenVersion);
  }

  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription {
    return this.#listeners.subscribeAll(userId, listener, seen);
  }

  publishRevoked(keys: readonly Revoked[]): void {
    this.#listeners.publishRevoked(keys);
  }

  onRevoked(listener: (key: Revoked) => void): Subscription {
    return this.#listeners.onRevoked(listener);
  }

  /** Ends the connection and the sweeps. Idempotent; nothing of it keeps the process alive afterwards. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#ticks);
    this.#sweep?.stop();
    await this.#connection?.close();
    await this.#reconnectLoop;
  }

  #tick(sweep: Sweep): void {
    if (this.#listeners.size === 0) return;
    void this.#connection?.check();
    sweep.tick();
  }

  #receive(payload: string): void {
    const signals = decodeSignals(payload);
    const revoked = signals === null ? decodeRevoked(payload) : null;
    if (signals !== null) this.#listeners.publish(signals);
    else if (revoked !== null) this.#listeners.publishRevoked(revoked);
    else this.#logger.warn({ length: payload.length }, 'Ignored a notification that holds no signals');
  }

  async #stayConnected(first: ListenConnection, sweep: Sweep): Promise<void> {
    const { signal } = this.#closing;
    const { longest } = this.#timing.reconnect;
    let connection = first;
    for (let attempt = 0; ; attempt += 1) {
      const since = performance.now();
      const err = await connection.lost;
      if (signal.aborted) return;
      // A connection that is lost as soon as it is made does not reset the pause.
      if (performance.now() - since > longest) attempt = 0;
      const pause = pauseBefore(attempt, this.#timing.reconnect);
      this.#logger.warn({ err, attempt, pause }, 'Not connected for signals; connecting again');
      await sleep(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      connection = this.#connect();
      this.#connection = connection;
      // Only changes committed after LISTEN are notified. What came before is read after it.
      await connection.open().then(
        () => this.#listeningAgain(sweep),
        () => {}, // `lost` resolves with the reason
      );
    }
  }

  #listeningAgain(sweep: Sweep): void {
    this.#logger.info({}, 'Connected for signals again');
    this.#observer?.signalsReconnected();
    sweep.catchUp();
  }
}

/**
 * Returns the pause before an attempt: doubled each time, half of it random, so that processes do not
 * reconnect at once.
 */
export function pauseBefore(attempt: number, { first, longest }: PostgresSignalsTiming['reconnect']): number {
  const ceiling = Math.min(longest, first * 2 ** attempt);
  return (ceiling * (1 + Math.random())) / 2;
}
