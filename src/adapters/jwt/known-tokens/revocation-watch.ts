import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import { storageUnavailable } from '../../../ports/errors.ts';
import type { Clock, Logger } from '../../../ports/runtime.ts';
import type { Revocations } from '../../../ports/signals/revocations.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { ApiKeyRepository } from '../../../ports/storage/api-key-repository.ts';
import type { KnownTokens } from './known-tokens.ts';

/** Intervals and limits, in milliseconds. */
export interface WatchTiming {
  /** The time between two checks for revoked keys, while there are known tokens. */
  readonly checkIntervalMs: number;
  /**
   * How old the last successful check may be. When it is older, tokens that can be revoked are refused,
   * because newer revocations are unknown.
   */
  readonly maxCheckAgeMs: number;
  /** The pause after a failed check. */
  readonly retryDelayMs: number;
  /** How long a request waits for a new check when the last successful check is too old. */
  readonly maxRequestWaitMs: number;
  /** The time between two saves of the keys' times of last use. */
  readonly saveUsesIntervalMs: number;
}

const TIMING: WatchTiming = {
  checkIntervalMs: 4_000,
  maxCheckAgeMs: 5_000,
  retryDelayMs: 500,
  maxRequestWaitMs: 1_000,
  saveUsesIntervalMs: 60_000,
};

/**
 * A check reads the revocations since the last check, and those of the ten minutes before that check: clocks
 * differ, and a revocation is committed later than the time that it stores.
 */
const OVERLAP_MS = 10 * 60 * 1000;

export interface RevocationWatchOptions {
  readonly tokens: KnownTokens;
  readonly apiKeys: ApiKeyRepository;
  readonly revocations: Revocations;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'> | null;
  readonly timing?: Partial<WatchTiming>;
}

/**
 * Ends the known tokens that were revoked or have expired. A signal reports a revocation at once. Because a
 * signal can be lost, one query every 4 s (a check) reads the recent revocations for all tokens of the
 * process. While checks fail for longer than 5 s, tokens that can be revoked are refused. A process without
 * known tokens sends no queries.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #timing: WatchTiming;
  readonly #subscription: Subscription;
  #timer: NodeJS.Timeout | undefined;
  #isWatching = false;
  #isClosed = false;
  /** When the last check started, by `performance.now()`. */
  #lastCheck = Number.NEGATIVE_INFINITY;
  /** When the last successful check started: it has read every revocation that was committed before. */
  #lastSuccessfulCheck = Number.NEGATIVE_INFINITY;
  /**
   * Before a token becomes known, the store is read for it. This is the earliest of these reads, by
   * `performance.now()`. It counts as a check until the first check succeeds. Infinity: none of the known
   * tokens can be revoked.
   */
  #earliestTokenRead = Number.POSITIVE_INFINITY;
  #runningCheck: Promise<void> | null = null;
  /** When times of last use were last saved, by `performance.now()`. */
  #lastSaveOfUses = Number.NEGATIVE_INFINITY;
  /** All uses before this time, in epoch milliseconds, are saved. */
  #usesSavedUntil = 0;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#subscription = options.revocations.onRevoked((revocation) =>
      options.tokens.endRevoked([revocation]),
    );
  }

  /** Whether the known revocations are recent enough to accept an issued key. */
  get isUpToDate(): boolean {
    return performance.now() - this.#knownAsOf <= this.#timing.maxCheckAgeMs;
  }

  /** Every revocation that was committed before this time is known here. */
  get #knownAsOf(): number {
    return Math.max(this.#lastSuccessfulCheck, this.#earliestTokenRead);
  }

  /**
   * Starts the watch, if it does not run yet.
   * @param readAt when the store was read for a token that is now known, by `performance.now()`; infinity for
   * a token that cannot be revoked here.
   */
  start(readAt: number): void {
    if (this.#isWatching) {
      // A slow read can end after a quick one that began later.
      this.#earliestTokenRead = Math.min(this.#earliestTokenRead, readAt);
      return;
    }
    if (this.#isClosed) return;
    this.#isWatching = true;
    this.#earliestTokenRead = readAt;
    this.#schedule(this.#timing.checkIntervalMs);
  }

  /**
   * Checks for revoked keys now. This is needed when checks have failed, or when the timer came late because
   * the process was blocked.
   * @throws PortError `storage_unavailable` when no check succeeds in time.
   */
  async catchUp(): Promise<void> {
    if (performance.now() - this.#lastCheck >= this.#timing.retryDelayMs) this.#startCheck();
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timing.maxRequestWaitMs);
    await Promise.race([this.#runningCheck, timeout]);
    clearTimeout(timer);
    if (!this.isUpToDate)
      throw storageUnavailable(new Error('it is not known which keys were revoked recently'));
  }

  /** Saves when keys were last used, and stops the watch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#subscription.close();
    this.#pause();
    await this.#saveUses();
  }

  /**
   * Sets the timer of the next check, and removes the one before. Every check calls this, also one that
   * `catchUp` started, so two checks never follow each other too quickly.
   */
  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isWatching) this.#timer = setTimeout(() => this.#tick(), milliseconds).unref();
  }

  #pause(): void {
    this.#isWatching = false;
    clearTimeout(this.#timer);
  }

  /** Ends expired tokens, saves times of last use if that is due, and starts a check if there are tokens. */
  #tick(): void {
    const { tokens, clock } = this.#options;
    tokens.endExpired(clock.now());
    const knownTokens = [...tokens.all()];
    if (performance.now() - this.#lastSaveOfUses >= this.#timing.saveUsesIntervalMs) void this.#saveUses();
    if (knownTokens.length === 0) {
      this.#pause();
      return;
    }
    // The timer is set before the check: tokens must also expire while the database does not answer.
    this.#schedule(this.#timing.checkIntervalMs);
    if (knownTokens.some(({ apiKeyId }) => apiKeyId !== null)) this.#startCheck();
  }

  /** Starts a check if none is running: a database that hangs must not get more and more queries. */
  #startCheck(): void {
    if (this.#runningCheck !== null || this.#isClosed) return;
    const startedAt = performance.now();
    this.#lastCheck = startedAt;
    this.#runningCheck = this.#checkOnce(startedAt).then((isSuccessful) => {
      this.#runningCheck = null;
      // A failed check is repeated soon: after one lost connection, callers must not be refused for 4 s.
      const pause = isSuccessful
        ? this.#timing.checkIntervalMs - (performance.now() - startedAt)
        : this.#timing.retryDelayMs;
      this.#schedule(Math.max(0, pause));
    });
  }

  async #checkOnce(startedAt: number): Promise<boolean> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    const sinceLastMs = Math.max(0, startedAt - this.#knownAsOf);
    try {
      const since = new Date(clock.now().getTime() - sinceLastMs - OVERLAP_MS);
      tokens.endRevoked(await apiKeys.revokedSince(since));
      this.#lastSuccessfulCheck = startedAt;
      return true;
    } catch (err) {
      logger?.warn({ err }, 'could not look for revoked keys');
      return false;
    }
  }

  /** Saves when keys were last used, for all keys used since the last save. */
  async #saveUses(): Promise<void> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    this.#lastSaveOfUses = performance.now();
    const since = this.#usesSavedUntil;
    this.#usesSavedUntil = clock.now().getTime();
    const uses = [...tokens.all()]
      .filter(({ apiKeyId, usedAt }) => apiKeyId !== null && usedAt >= since)
      .map(({ caller: { userId }, apiKeyId, usedAt }) => ({
        userId,
        id: apiKeyId as ApiKeyId,
        usedAt: new Date(usedAt),
      }));
    if (uses.length === 0) return;
    try {
      await apiKeys.markUsed(uses);
    } catch (err) {
      this.#usesSavedUntil = since;
      logger?.warn({ err }, 'could not store when keys were last used');
    }
  }
}
