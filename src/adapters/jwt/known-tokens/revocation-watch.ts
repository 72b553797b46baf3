import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import { storageUnavailable } from '../../../ports/errors.ts';
import type { Clock, Logger } from '../../../ports/runtime.ts';
import type { Revocations } from '../../../ports/signals/revocations.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { ApiKeyRepository } from '../../../ports/storage/api-key-repository.ts';
import type { KnownTokens } from './known-tokens.ts';

/** In milliseconds. */
export interface WatchTiming {
  /** Between two checks for revoked keys, while there are known tokens. */
  readonly checkInterval: number;
  /**
   * How old the last successful check may be. After that issued keys are refused, because newer revocations
   * are unknown.
   */
  readonly maxAge: number;
  /** Pause after a failed check. */
  readonly retryDelay: number;
  /** How long a request waits for a check that is late. */
  readonly maxRequestWait: number;
  /** Between two writes of when keys were last used. */
  readonly storeUsesInterval: number;
}

const TIMING: WatchTiming = {
  checkInterval: 4_000,
  maxAge: 5_000,
  retryDelay: 500,
  maxRequestWait: 1_000,
  storeUsesInterval: 60_000,
};

/**
 * A check reads what was revoked since the last one, and this much more: clocks differ, and commits come
 * late.
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
 * Ends the known tokens that were revoked or have expired. A revocation comes as a signal at once. A signal
 * can be lost, so one query every 4 s finds what was missed, for all tokens of the process together. Without
 * tokens there are no queries.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #timing: WatchTiming;
  readonly #subscription: Subscription;
  #next: NodeJS.Timeout | undefined;
  #isWatching = false;
  #isClosed = false;
  /**
   * When the last check started (`performance.now()`). Its result has everything that was committed before.
   */
  #lastCheck = Number.NEGATIVE_INFINITY;
  #lastGoodCheck = Number.NEGATIVE_INFINITY;
  /**
   * The earliest time at which a token that is known now was checked in the store. It is used until the first
   * check succeeds.
   */
  #oldestRead = Number.POSITIVE_INFINITY;
  #check: Promise<void> | null = null;
  #lastStored = Number.NEGATIVE_INFINITY;
  #storedUntil = 0;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#subscription = options.revocations.onRevoked((key) => options.tokens.endRevoked([key]));
  }

  /** Whether the known revocations are recent enough to accept an issued key. */
  get isFresh(): boolean {
    return performance.now() - this.#knownAsOf <= this.#timing.maxAge;
  }

  /** Every revocation that was committed before this time is known here. */
  get #knownAsOf(): number {
    return Math.max(this.#lastGoodCheck, this.#oldestRead);
  }

  /**
   * Starts the watch, if it does not run yet.
   * @param readAt when the store was asked about a token that is now known, by `performance.now()`; infinity
   * for a token that nobody can revoke.
   */
  begin(readAt: number): void {
    if (this.#isWatching) {
      // A slow read can end after a quick one that began later.
      this.#oldestRead = Math.min(this.#oldestRead, readAt);
      return;
    }
    if (this.#isClosed) return;
    this.#isWatching = true;
    this.#oldestRead = readAt;
    this.#schedule(this.#timing.checkInterval);
  }

  /**
   * Checks for revoked keys now. Needed when a timer came late, because the process was blocked.
   * @throws PortError `storage_unavailable`
   */
  async catchUp(): Promise<void> {
    if (performance.now() - this.#lastCheck >= this.#timing.retryDelay) this.#startCheck();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timing.maxRequestWait);
    await Promise.race([this.#check, late]);
    clearTimeout(timer);
    if (!this.isFresh)
      throw storageUnavailable(new Error('it is not known which keys were revoked recently'));
  }

  /** Stores when keys were last used, and stops the watch. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#subscription.close();
    this.#rest();
    await this.#storeUses();
  }

  /**
   * Replaces the pending timer. Every check sets a new one, also one that `catchUp` started, so checks keep
   * their distance.
   */
  #schedule(milliseconds: number): void {
    clearTimeout(this.#next);
    if (this.#isWatching) this.#next = setTimeout(() => this.#tick(), milliseconds).unref();
  }

  #rest(): void {
    this.#isWatching = false;
    clearTimeout(this.#next);
  }

  #tick(): void {
    const { tokens, clock } = this.#options;
    tokens.endExpired(clock.now());
    const known = [...tokens.all()];
    if (performance.now() - this.#lastStored >= this.#timing.storeUsesInterval) void this.#storeUses();
    if (known.length === 0) {
      this.#rest();
      return;
    }
    // Set before the check, whatever its result: tokens expire also while the database does not answer.
    this.#schedule(this.#timing.checkInterval);
    if (known.some(({ revocableAs }) => revocableAs !== null)) this.#startCheck();
  }

  /** One check at a time: a database that hangs must not get more and more queries. */
  #startCheck(): void {
    if (this.#check !== null || this.#isClosed) return;
    const began = performance.now();
    this.#lastCheck = began;
    this.#check = this.#checkOnce(began).then((isGood) => {
      this.#check = null;
      // After one lost connection, callers should not be refused until the next regular check.
      const pause = isGood
        ? this.#timing.checkInterval - (performance.now() - began)
        : this.#timing.retryDelay;
      this.#schedule(Math.max(0, pause));
    });
  }

  async #checkOnce(began: number): Promise<boolean> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    const sinceLast = Math.max(0, began - this.#knownAsOf);
    try {
      tokens.endRevoked(await apiKeys.revokedSince(new Date(clock.now().getTime() - sinceLast - OVERLAP_MS)));
      this.#lastGoodCheck = began;
      return true;
    } catch (err) {
      logger?.warn({ err }, 'could not look for revoked keys');
      return false;
    }
  }

  /** One write for all keys that were used since the last write. The time of use may appear late. */
  async #storeUses(): Promise<void> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    this.#lastStored = performance.now();
    const since = this.#storedUntil;
    this.#storedUntil = clock.now().getTime();
    const uses = [...tokens.all()]
      .filter(({ revocableAs, usedAt }) => revocableAs !== null && usedAt >= since)
      .map(({ caller: { userId }, revocableAs, usedAt }) => ({
        userId,
        id: revocableAs as ApiKeyId,
        usedAt: new Date(usedAt),
      }));
    if (uses.length === 0) return;
    try {
      await apiKeys.markUsed(uses);
    } catch (err) {
      this.#storedUntil = since;
      logger?.warn({ err }, 'could not store when keys were last used');
    }
  }
}
