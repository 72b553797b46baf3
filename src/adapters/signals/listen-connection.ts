import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CHANNEL } from './signal-payload.ts';

/** How long closing the connection politely may take. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface ListenConnectionOptions {
  readonly connection: pg.ClientConfig;
  /** How long the server may take to accept the connection, and to answer each query. */
  readonly answerMillis: number;
  readonly onPayload: (payload: string) => void;
}

/** One connection that listens on the channel, until it is lost. */
export class ListenConnection {
  readonly #client: pg.Client;
  readonly #lost = Promise.withResolvers<Error>();
  #open = false;
  #checking = false;

  constructor({ connection, answerMillis, onPayload }: ListenConnectionOptions) {
    this.#client = new pg.Client({
      application_name: 'agent-dashboard-signals',
      ...connection,
      connectionTimeoutMillis: answerMillis,
      query_timeout: answerMillis,
      // While nobody waits nothing is sent, and firewalls and load balancers drop a silent connection.
      keepAlive: true,
    });
    this.#client.on('error', (error) => this.#lose(error));
    this.#client.on('end', () => this.#lose(new Error('The server closed the connection')));
    this.#client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL) onPayload(payload ?? '');
    });
  }

  /** Resolves with the reason when the connection is lost, cannot be opened, or was closed. */
  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  /** Resolves once every notification committed from now on is received. */
  async open(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#client.query(`listen ${CHANNEL}`);
      this.#open = true;
    } catch (error) {
      this.#lose(asError(error));
      throw error;
    }
  }

  /**
   * Drops the connection if it does not answer in time, because a broken network reports nothing; or if it no
   * longer listens, because a pooling proxy has put another session behind it.
   */
  async check(): Promise<void> {
    if (!this.#open || this.#checking) return;
    this.#checking = true;
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
      this.#checking = false;
    }
  }

  /** Closes the connection, politely if the server still answers. Nothing of it is left afterwards. */
  async close(): Promise<void> {
    if (this.#open) {
      await Promise.race([this.#client.end(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    }
    this.#lose(new Error('The connection was closed'));
  }

  #lose(reason: Error): void {
    this.#open = false;
    // Not `end()`, which waits for the other side: it may be gone.
    this.#client.connection.stream.destroy();
    this.#lost.resolve(reason);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
