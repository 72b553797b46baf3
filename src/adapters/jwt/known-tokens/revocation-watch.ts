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
  /** The time between two writes of when keys were last used. */
  readonly storeUsesIntervalMs: number;
}

const TIMING: WatchTiming = {
  checkIntervalMs: 4_000,
  maxCheckAgeMs: 5_000,
  retryDelayMs: 500,
  maxRequestWaitMs: 1_000,
  storeUsesIntervalMs: 60_000,
};

/**
 * A check reads the revocations since the last check, and also those of this time before it: clocks differ,
 * and a revocation is committed later than the time that it stores.
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
 * signal can be lost, one query every 4 s reads the recent revocations for all tokens of the process. A
 * process without known tokens sends no queries.
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
   * The earliest time at which the store was read for a token that is known now. It is used until the first
   * check succeeds.
   */
  #oldestRead = Number.POSITIVE_INFINITY;
  #runningCheck: Promise<void> | null = null;
  /** When uses were last stored, by `performance.now()`. */
  #lastStoreOfUses = Number.NEGATIVE_INFINITY;
  /** All uses before this time, in epoch milliseconds, are stored. */
  #usesStoredUntil = 0;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#subscription = options.revocations.onRevoked((key) => options.tokens.endRevoked([key]));
  }

  /** Whether the known revocations are recent enough to accept an issued key. */
  get isUpToDate(): boolean {
    return performance.now() - this.#knownAsOf <= this.#timing.maxCheckAgeMs;
  }

  /** Every revocation that was committed before this time is known here. */
  get #knownAsOf(): number {
    return Math.max(this.#lastSuccessfulCheck, this.#oldestRead);
  }

  /**
   * Starts the watch, if it does not run yet.
   * @param readAt when the store was read for a token that is now known, by `performance.now()`; infinity for
   * a token that cannot be revoked here.
   */
  start(readAt: number): void {
    if (this.#isWatching) {
      // A slow read can end after a quick one that began later.
      this.#oldestRead = Math.min(this.#oldestRead, readAt);
      return;
    }
    if (this.#isClosed) return;
    this.#isWatching = true;
    this.#oldestRead = readAt;
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

  /** Stores when keys were last used, and stops the watch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#subscription.close();
    this.#pause();
    await this.#storeUses();
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

  /** Ends expired tokens, stores uses from time to time, and starts a check if there are tokens to check. */
  #tick(): void {
    const { tokens, clock } = this.#options;
    tokens.endExpired(clock.now());
    const knownTokens = [...tokens.all()];
    if (performance.now() - this.#lastStoreOfUses >= this.#timing.storeUsesIntervalMs) void this.#storeUses();
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

  /** Stores the last use of all keys that were used since the last write, in one write. */
  async #storeUses(): Promise<void> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    this.#lastStoreOfUses = performance.now();
    const since = this.#usesStoredUntil;
    this.#usesStoredUntil = clock.now().getTime();
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
      this.#usesStoredUntil = since;
      logger?.warn({ err }, 'could not store when keys were last used');
    }
  }
}
