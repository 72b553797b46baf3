import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { UserId } from '../../domain/ids.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { Revocations, Revoked } from '../../ports/signals/revocations.ts';
import type { SeenVersions, Signal, Signals, Subscription } from '../../ports/signals/signals.ts';
import { InProcessSignals } from './in-process-signals.ts';
import { ListenConnection } from './listen-connection.ts';
import { decodeRevoked, decodeSignals } from './signal-payload.ts';
import { type CurrentVersions, Sweep, type VersionsOfUsers } from './sweep.ts';

/** How long things take, in milliseconds. */
export interface PostgresSignalsTiming {
  /** Between sweeps, which also check the connection: how late a missed signal may be. */
  readonly sweep: number;
  /** The longest that the server may take to accept the connection or to answer on it. */
  readonly answer: number;
  /** The pause before the first attempt to reconnect, doubled up to the longest. */
  readonly reconnect: { readonly first: number; readonly longest: number };
}

/** What `PostgresSignals` is made with. */
export interface PostgresSignalsOptions {
  /** How to reach the database directly: through a transaction-pooling proxy notifications do not arrive. */
  readonly connection: pg.ClientConfig;
  readonly currentVersions: CurrentVersions;
  readonly versionsOfUsers: VersionsOfUsers;
  readonly logger: Logger;
  readonly timing?: Partial<PostgresSignalsTiming>;
  /** Told of every reconnection. */
  readonly observer?: Observer | null;
}

const TIMING: PostgresSignalsTiming = {
  sweep: 10_000,
  answer: 5_000,
  reconnect: { first: 100, longest: 5_000 },
};

/**
 * Signals between all server processes of one PostgreSQL database, over LISTEN/NOTIFY. The store sends the
 * notification inside its saving statement (`encodeSignals`) and calls `publish` after it, so listeners in
 * the same process need not wait for the echo; the echo carries a version they have seen.
 *
 * Revoked keys come over the same connection (`encodeRevoked`), whether or not anybody waits. Those that a
 * lost connection kept back are not made up for: the sweep knows instances only.
 */
export class PostgresSignals implements Signals, Revocations {
  readonly #listeners: InProcessSignals;
  readonly #sweep: Sweep;
  readonly #timing: PostgresSignalsTiming;
  readonly #logger: Logger;
  readonly #observer: Observer | null;
  readonly #connect: () => ListenConnection;
  readonly #closing = new AbortController();
  #connection: ListenConnection | null = null;
  #ticks: NodeJS.Timeout | undefined;
  #connected: Promise<void> | undefined;

  constructor(options: PostgresSignalsOptions) {
    const { connection, currentVersions, versionsOfUsers, logger, timing, observer = null } = options;
    this.#observer = observer;
    this.#timing = { ...TIMING, ...timing };
    this.#logger = logger;
    this.#listeners = new InProcessSignals(logger);
    this.#sweep = new Sweep(this.#listeners, { currentVersions, versionsOfUsers }, logger);
    const onPayload = (payload: string) => this.#receive(payload);
    this.#connect = () => new ListenConnection({ connection, answerMillis: this.#timing.answer, onPayload });
  }

  /**
   * Resolves once signals of other processes arrive. Rejects if the database cannot be reached now, and may
   * then be called again; a connection lost later is renewed until `close`.
   */
  async start(): Promise<void> {
    this.#closing.signal.throwIfAborted();
    const connection = this.#connect();
    this.#connection = connection;
    await connection.open();
    this.#closing.signal.throwIfAborted();
    this.#sweep.catchUp();
    this.#ticks = setInterval(() => this.#tick(), this.#timing.sweep);
    this.#connected = this.#stayConnected(connection);
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
    this.#sweep.stop();
    await this.#connection?.close();
    await this.#connected;
  }

  #tick(): void {
    if (this.#listeners.size === 0) return;
    void this.#connection?.check();
    this.#sweep.tick();
  }

  #receive(payload: string): void {
    const signals = decodeSignals(payload);
    const revoked = signals === null ? decodeRevoked(payload) : null;
    if (signals !== null) this.#listeners.publish(signals);
    else if (revoked !== null) this.#listeners.publishRevoked(revoked);
    else this.#logger.warn({ length: payload.length }, 'Ignored a notification that is not of signals');
  }

  async #stayConnected(first: ListenConnection): Promise<void> {
    const { signal } = this.#closing;
    const { longest } = this.#timing.reconnect;
    let connection = first;
    for (let attempt = 0; ; attempt += 1) {
      const since = performance.now();
      const err = await connection.lost;
      if (signal.aborted) return;
      // A connection that is lost as soon as it is made is no reason to hurry.
      if (performance.now() - since > longest) attempt = 0;
      const pause = pauseBefore(attempt, this.#timing.reconnect);
      this.#logger.warn({ err, attempt, pause }, 'Not connected for signals; connecting again');
      await sleep(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      connection = this.#connect();
      this.#connection = connection;
      // Only what is committed after LISTEN is notified, so what came before it is read after it.
      await connection.open().then(
        () => this.#listeningAgain(),
        () => {}, // `lost` tells the reason
      );
    }
  }

  #listeningAgain(): void {
    this.#logger.info({}, 'Connected for signals again');
    this.#observer?.signalsReconnected();
    this.#sweep.catchUp();
  }
}

/** Doubled with each attempt up to the longest; half of it random, so that processes do not come as one. */
export function pauseBefore(attempt: number, { first, longest }: PostgresSignalsTiming['reconnect']): number {
  const ceiling = Math.min(longest, first * 2 ** attempt);
  return (ceiling * (1 + Math.random())) / 2;
}
