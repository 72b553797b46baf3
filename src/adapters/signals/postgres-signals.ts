import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { UserId } from '../../domain/ids.ts';
import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { DeliverySignal } from '../../ports/signals/delivery-signals.ts';
import type { Revocation } from '../../ports/signals/revocations.ts';
import type { SeenVersions, Signal, Subscription } from '../../ports/signals/signals.ts';
import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { Versions } from '../../ports/storage/versions.ts';
import { InProcessSignals } from './in-process-signals.ts';
import { ListenConnection } from './listen-connection.ts';
import {
  databaseNotification,
  decodeDeliveries,
  decodeRevoked,
  decodeSignals,
  encodeDeliveries,
} from './signal-payload.ts';
import { Sweep } from './sweep.ts';

/** Intervals and limits, in milliseconds. */
export interface PostgresSignalsTiming {
  /**
   * The time between two sweeps. So a change whose signal was lost is found after this time at the latest. A
   * sweep also checks the connection.
   */
  readonly sweep: number;
  /** How long the server may take to accept the connection, and to respond to each query. */
  readonly response: number;
  /**
   * `first` is the pause before the first attempt to reconnect. It doubles with each attempt, up to
   * `longest`.
   */
  readonly reconnect: { readonly first: number; readonly longest: number };
}

export interface PostgresSignalsOptions {
  /** A direct connection to the database. Notifications do not arrive through a connection pooler. */
  readonly connection: pg.ClientConfig;
  readonly logger: Logger;
  readonly timing?: Partial<PostgresSignalsTiming>;
  /** Receives a report of every reconnection. */
  readonly observer?: Observer | null;
}

const DEFAULT_TIMING: PostgresSignalsTiming = {
  sweep: 10_000,
  response: 5_000,
  reconnect: { first: 100, longest: 5_000 },
};

/**
 * Signals about deliveries that come within this time share one notification: each one takes a lock that
 * every commit with a notification needs.
 */
const GATHER_DELIVERIES_MS = 50;

/**
 * Delivers signals between all server processes of one PostgreSQL database, over LISTEN/NOTIFY. The store
 * sends the notification inside its saving statement and calls `publish` after it. So subscribers in the same
 * process do not wait for the notification. When the notification arrives, these subscribers have already
 * seen the version in it.
 *
 * Revocations come over the same connection. A revocation that is lost is not repeated, because the sweep
 * reads only instances. The same is true of signals about deliveries. They are sent over this connection,
 * after their changes are stored, because nothing but a page waits for them.
 */
export class PostgresSignals implements StoreSignals {
  readonly databaseNotification = databaseNotification;
  readonly #inProcess: InProcessSignals;
  readonly #timing: PostgresSignalsTiming;
  readonly #logger: Logger;
  readonly #observer: Observer | null;
  readonly #createConnection: () => ListenConnection;
  readonly #closing = new AbortController();
  /** Null until `start` is called. */
  #sweep: Sweep | null = null;
  #connection: ListenConnection | null = null;
  #sweepTimer: NodeJS.Timeout | undefined;
  #unsentDeliveries: DeliverySignal[] = [];
  #deliveryTimer: NodeJS.Timeout | undefined;
  #reconnectLoop: Promise<void> | undefined;

  constructor(options: PostgresSignalsOptions) {
    const { connection, logger, timing, observer = null } = options;
    this.#observer = observer;
    this.#timing = { ...DEFAULT_TIMING, ...timing };
    this.#logger = logger;
    this.#inProcess = new InProcessSignals(logger);
    const onPayload = (payload: string) => this.#receive(payload);
    this.#createConnection = () =>
      new ListenConnection({ connection, timeoutMillis: this.#timing.response, onPayload });
  }

  /**
   * Connects and listens. After it has resolved, the signals of other processes are received. A connection
   * that is lost later is renewed until `close`.
   * @param versions the `versions` of the store that publishes to these signals. The sweep reads them.
   * @throws Error when the database cannot be reached. `start` may then be called again.
   */
  async start(versions: Versions): Promise<void> {
    this.#closing.signal.throwIfAborted();
    const sweep = new Sweep(this.#inProcess, versions, this.#logger);
    this.#sweep = sweep;
    const connection = this.#createConnection();
    this.#connection = connection;
    await connection.open();
    this.#closing.signal.throwIfAborted();
    sweep.catchUp();
    this.#sweepTimer = setInterval(() => this.#tick(sweep), this.#timing.sweep);
    this.#reconnectLoop = this.#stayConnected(connection, sweep);
  }

  publish(signals: readonly Signal[]): void {
    this.#inProcess.publish(signals);
  }

  subscribe(
    instance: Pick<Signal, 'userId' | 'agentInstanceId'>,
    listener: (signal: Signal) => void,
    seenVersion: () => number,
  ): Subscription {
    return this.#inProcess.subscribe(instance, listener, seenVersion);
  }

  subscribeAll(userId: UserId, listener: (signal: Signal) => void, seen: SeenVersions): Subscription {
    return this.#inProcess.subscribeAll(userId, listener, seen);
  }

  publishDeliveries(signals: readonly DeliverySignal[]): void {
    this.#unsentDeliveries.push(...signals);
    this.#deliveryTimer ??= setTimeout(() => void this.#sendDeliveries(), GATHER_DELIVERIES_MS).unref();
  }

  subscribeDeliveries(userId: UserId, listener: (signal: DeliverySignal) => void): Subscription {
    return this.#inProcess.subscribeDeliveries(userId, listener);
  }

  publishRevoked(keys: readonly Revocation[]): void {
    this.#inProcess.publishRevoked(keys);
  }

  onRevoked(listener: (key: Revocation) => void): Subscription {
    return this.#inProcess.onRevoked(listener);
  }

  /**
   * Ends the connection and the sweeps. Idempotent. Afterwards no timer or socket keeps the process alive.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sweepTimer);
    clearTimeout(this.#deliveryTimer);
    this.#sweep?.stop();
    await this.#connection?.close();
    await this.#reconnectLoop;
  }

  async #sendDeliveries(): Promise<void> {
    this.#deliveryTimer = undefined;
    const signals = this.#unsentDeliveries;
    this.#unsentDeliveries = [];
    // What is sent comes back to this process, too.
    const isSent = (await this.#connection?.notify(encodeDeliveries(signals))) ?? false;
    if (!isSent) this.#inProcess.publishDeliveries(signals);
  }

  #tick(sweep: Sweep): void {
    if (this.#inProcess.size === 0) return;
    void this.#connection?.check();
    sweep.tick();
  }

  #receive(payload: string): void {
    const signals = decodeSignals(payload);
    const revoked = signals === null ? decodeRevoked(payload) : null;
    const deliveries = signals === null && revoked === null ? decodeDeliveries(payload) : null;
    if (signals !== null) this.#inProcess.publish(signals);
    else if (revoked !== null) this.#inProcess.publishRevoked(revoked);
    else if (deliveries !== null) this.#inProcess.publishDeliveries(deliveries);
    else this.#logger.warn({ length: payload.length }, 'Ignored a notification that contains no signals');
  }

  async #stayConnected(firstConnection: ListenConnection, sweep: Sweep): Promise<void> {
    const { signal } = this.#closing;
    const { longest } = this.#timing.reconnect;
    let connection = firstConnection;
    for (let attempt = 0; ; attempt += 1) {
      const startedAt = performance.now();
      const err = await connection.whenLost;
      if (signal.aborted) return;
      // A connection that was lost soon after its start does not reset the pause.
      if (performance.now() - startedAt > longest) attempt = 0;
      const pause = pauseBefore(attempt, this.#timing.reconnect);
      this.#logger.warn({ err, attempt, pause }, 'Not connected for signals; connecting again');
      await sleep(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      connection = this.#createConnection();
      this.#connection = connection;
      // Only changes that are committed after LISTEN are notified. The sweep finds the earlier ones.
      await connection.open().then(
        () => this.#onReconnected(sweep),
        () => {}, // `whenLost` resolves with the reason, and the loop tries again
      );
    }
  }

  #onReconnected(sweep: Sweep): void {
    this.#logger.info({}, 'Connected for signals again');
    this.#observer?.signalsReconnected();
    sweep.catchUp();
  }
}

/**
 * Returns the pause before an attempt to reconnect, in milliseconds. It doubles with each attempt. Half of it
 * is random, so that the processes do not all reconnect at the same moment.
 */
export function pauseBefore(attempt: number, { first, longest }: PostgresSignalsTiming['reconnect']): number {
  const ceiling = Math.min(longest, first * 2 ** attempt);
  return (ceiling * (1 + Math.random())) / 2;
}
