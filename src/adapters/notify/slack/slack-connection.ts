import { setTimeout as sleep } from 'node:timers/promises';
import type { SocketModeClient } from '@slack/socket-mode';
import type { Logger } from '../../../ports/runtime.ts';
import { slackErrorOf } from './slack-errors.ts';

/** Slack ends connections every few hours: the next one begins at once. */
const RECONNECT_MS = 100;
/** How long closing may take. */
const CLOSE_MS = 5_000;

/** An envelope that Slack sent. Slack sends it again unless it is acknowledged within 3 s. */
export interface Envelope {
  readonly ack: () => Promise<void>;
  readonly body: unknown;
}

export interface ConnectionOptions {
  /** It must not connect again by itself. */
  readonly client: SocketModeClient;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** How long to wait before the next attempt after one has failed. */
  readonly retryMs: number;
  readonly handle: (body: unknown) => Promise<void>;
}

/**
 * Keeps a connection by Socket Mode until it is closed. The library can do that, too, but a token that is
 * revoked later would then be an error that nobody can catch.
 */
export class SlackConnection implements AsyncDisposable {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #handling = new Set<Promise<void>>();
  readonly #end: Promise<void>;
  /** What was logged last, so that an outage is one line. */
  #problem: string | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    options.client.on('slack_event', (envelope: Envelope) => this.#receive(envelope));
    this.#end = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const closed = Promise.all([this.#options.client.disconnect(), this.#end, ...this.#handling]);
    await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { client, retryMs } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const ended = Promise.withResolvers<void>();
      client.once('disconnected', ended.resolve);
      let waitMs = RECONNECT_MS;
      try {
        await client.start();
        this.#problem = null;
        // It was closed while it connected.
        if (signal.aborted) await client.disconnect();
        await ended.promise;
      } catch (error) {
        if (!signal.aborted) this.#logProblem(slackErrorOf(error) ?? 'Slack could not be reached');
        waitMs = retryMs;
      } finally {
        client.removeListener('disconnected', ended.resolve);
      }
      if (!signal.aborted) await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  #logProblem(reason: string): void {
    const { logger } = this.#options;
    if (reason !== this.#problem) logger.warn({ reason }, 'Answers from Slack cannot be received');
    this.#problem = reason;
  }

  #receive({ ack, body }: Envelope): void {
    // First that it has arrived, whatever it leads to.
    const handling = ack()
      .then(() => this.#options.handle(body))
      .catch((error: unknown) => {
        const reason = slackErrorOf(error) ?? String((error as Error).message);
        this.#options.logger.warn({ reason }, 'An answer from Slack could not be handled');
      })
      .finally(() => this.#handling.delete(handling));
    this.#handling.add(handling);
  }
}
