import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CHANNEL } from './signal-payload.ts';

/** How long `close` waits until the server has closed the connection. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface ListenConnectionOptions {
  readonly connection: pg.ClientConfig;
  /** How long the server may take to accept the connection, and to respond to each query. */
  readonly timeoutMillis: number;
  readonly onPayload: (payload: string) => void;
}

/** One connection that listens on the channel. When it is lost, it cannot be opened again. */
export class ListenConnection {
  readonly #client: pg.Client;
  readonly #whenLost = Promise.withResolvers<Error>();
  #isOpen = false;
  #isChecking = false;

  constructor({ connection, timeoutMillis, onPayload }: ListenConnectionOptions) {
    this.#client = new pg.Client({
      application_name: 'agent-dashboard-signals',
      ...connection,
      connectionTimeoutMillis: timeoutMillis,
      query_timeout: timeoutMillis,
      // Without changes nothing is sent, and firewalls and load balancers drop a silent connection.
      keepAlive: true,
    });
    this.#client.on('error', (error) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('The server closed the connection')));
    this.#client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL) onPayload(payload ?? '');
    });
  }

  /** Resolves with the reason when the connection is lost, cannot be opened, or was closed. */
  get whenLost(): Promise<Error> {
    return this.#whenLost.promise;
  }

  /** Connects and listens. After it has resolved, every notification that is committed is received. */
  async open(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#client.query(`listen ${CHANNEL}`);
      this.#isOpen = true;
    } catch (error) {
      this.#lose(asError(error));
      throw error;
    }
  }

  /**
   * Drops the connection in two cases. The server does not respond in time: a broken network reports nothing.
   * Or PostgreSQL does not listen for this connection any more: a connection pooler has given it another
   * session, in which LISTEN was never called.
   */
  async check(): Promise<void> {
    if (!this.#isOpen || this.#isChecking) return;
    this.#isChecking = true;
    try {
      const { rows } = await this.#client.query<{ channel: string }>(
        'select pg_listening_channels() channel',
      );
      if (!rows.some(({ channel }) => channel === CHANNEL)) {
        throw new Error(
          'The session does not listen any more: a direct connection is needed, not a pooled one',
        );
      }
    } catch (error) {
      this.#lose(asError(error));
    } finally {
      this.#isChecking = false;
    }
  }

  /**
   * Notifies all processes that listen, this one too. Returns false if it could not.
   */
  async notify(payloads: readonly string[]): Promise<boolean> {
    if (!this.#isOpen) return false;
    try {
      await this.#client.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [
        CHANNEL,
        payloads,
      ]);
      return true;
    } catch (error) {
      this.#lose(asError(error));
      return false;
    }
  }

  /** Closes the connection: after one second at the latest, even if the server does not respond. */
  async close(): Promise<void> {
    if (this.#isOpen) {
      await Promise.race([this.#client.end(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    }
    this.#lose(new Error('The connection was closed'));
  }

  #lose(reason: Error): void {
    this.#isOpen = false;
    // `end()` would wait for the server, which may be gone.
    this.#client.connection.stream.destroy();
    this.#whenLost.resolve(reason);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
