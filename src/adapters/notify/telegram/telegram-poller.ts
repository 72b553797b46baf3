import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from '../../../ports/runtime.ts';
import { grammySignal } from './grammy-signal.ts';
import { telegramErrorOf } from './telegram-errors.ts';

/** How long Telegram holds a request for updates open while there are none, in seconds. */
const POLL_SECONDS = 30;
const NETWORK_RETRY_MS = 3_000;
/** How long the last request may take while the server stops. */
const CONFIRM_MS = 3_000;

export interface PollerOptions {
  readonly api: Api;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** How long to wait while another process polls, or while Telegram does not accept the token. */
  readonly retryMs: number;
  readonly handle: (update: Update) => Promise<void>;
}

/**
 * Asks Telegram for updates until it is closed. grammY's own loop gives up when another process polls, and
 * cannot be stopped while Telegram is unreachable.
 */
export class TelegramPoller implements AsyncDisposable {
  readonly #options: PollerOptions;
  readonly #closing = new AbortController();
  readonly #end: Promise<void>;
  /** The next update to ask for. Telegram forgets those before it. */
  #offset = 0;
  #confirmed = 0;
  /** What was logged last, so that an outage is one line. */
  #problem = '';

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#end = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#end;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#poll(signal);
        this.#problem = '';
      } catch (error) {
        if (!signal.aborted) await sleep(this.#waitAfter(error), undefined, { signal }).catch(() => {});
      }
    }
    if (this.#confirmed < this.#offset) await this.#confirm();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { api, handle, logger } = this.#options;
    const offset = this.#offset;
    const updates = await api.getUpdates(
      { offset, timeout: POLL_SECONDS, allowed_updates: ['message', 'callback_query'] },
      grammySignal(signal),
    );
    this.#confirmed = offset;
    for (const update of updates) {
      if (signal.aborted) return;
      this.#offset = update.update_id + 1;
      await handle(update).catch((error: unknown) =>
        logger.warn({ reason: reasonOf(error) }, 'An answer from Telegram could not be handled'),
      );
    }
  }

  /** Tells Telegram what was handled, so that the next start does not get it again. */
  async #confirm(): Promise<void> {
    const signal = grammySignal(AbortSignal.timeout(CONFIRM_MS));
    await this.#options.api
      .getUpdates({ offset: this.#offset, limit: 1, timeout: 0 }, signal)
      .catch(() => {});
  }

  #waitAfter(error: unknown): number {
    const { logger, retryMs } = this.#options;
    const refusal = telegramErrorOf(error);
    const reason = reasonOf(error);
    // Another process of this server polls: that is how it should be.
    const isOther = refusal?.error_code === 409 && !/webhook/i.test(refusal.description);
    if (isOther) logger.debug({ reason }, 'Another process receives the answers from Telegram');
    else if (reason !== this.#problem) logger.warn({ reason }, 'Answers from Telegram cannot be received');
    this.#problem = reason;
    if (refusal === null || refusal.error_code >= 500) return NETWORK_RETRY_MS;
    const { retry_after: seconds } = refusal.parameters ?? {};
    return seconds === undefined ? retryMs : seconds * 1000;
  }
}

/** Telegram's own words. Errors of the network stay out of logs: they hold the bot's token. */
const reasonOf = (error: unknown): string =>
  telegramErrorOf(error)?.description ??
  (error instanceof Error && error.name !== 'HttpError' ? error.message : 'Telegram could not be reached');
