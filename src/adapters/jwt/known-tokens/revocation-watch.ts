import type { ApiKeyId } from '../../../domain/user/api-key.ts';
import { storageUnavailable } from '../../../ports/errors.ts';
import type { Clock, Logger } from '../../../ports/runtime.ts';
import type { Revocations } from '../../../ports/signals/revocations.ts';
import type { Subscription } from '../../../ports/signals/signals.ts';
import type { ApiKeyRepository } from '../../../ports/storage/api-key-repository.ts';
import type { KnownTokens } from './known-tokens.ts';

/** In milliseconds. */
export interface WatchTiming {
  /** Between looks for revoked keys, while there is anything to look for. */
  readonly look: number;
  /** How old the last look may be before issued keys are refused: nobody knows what was revoked since. */
  readonly trust: number;
  /** After a look that failed. */
  readonly retry: number;
  /** How long a request waits for a look that is overdue. */
  readonly patience: number;
  /** Between writes of when keys were last used. */
  readonly note: number;
}

const TIMING: WatchTiming = { look: 4_000, trust: 5_000, retry: 500, patience: 1_000, note: 60_000 };

/** A look reads what was revoked since the one before, and this much more: clocks differ, commits come late. */
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
 * Ends the known tokens that were revoked or have expired. A revocation is signalled at once; since a signal
 * can be lost, one read every 4 s finds what was missed, for all tokens of the process together. While there
 * are none it reads nothing.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  readonly #timing: WatchTiming;
  readonly #subscription: Subscription;
  #next: NodeJS.Timeout | undefined;
  #isWatching = false;
  #isClosed = false;
  /** Both on the monotonic clock, and of a look's begin: what it reads is at least as new. */
  #lastLook = Number.NEGATIVE_INFINITY;
  #lastGoodLook = Number.NEGATIVE_INFINITY;
  /** Of what was read of tokens since the watch began; until the first look that is all there is. */
  #oldestRead = Number.POSITIVE_INFINITY;
  #look: Promise<void> | null = null;
  #lastNote = Number.NEGATIVE_INFINITY;
  #notedUntil = 0;

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#subscription = options.revocations.onRevoked((key) => options.tokens.endRevoked([key]));
  }

  /** Whether what is known of issued keys can be believed. */
  get isFresh(): boolean {
    return performance.now() - this.#knownAsOf <= this.#timing.trust;
  }

  /** No revocation that was committed before is unknown here. */
  get #knownAsOf(): number {
    return Math.max(this.#lastGoodLook, this.#oldestRead);
  }

  /**
   * Begins to watch, where it does not yet.
   * @param readAt when the store was asked about a token that is known from now on, by `performance.now()`;
   * infinity for one that nobody can revoke.
   */
  begin(readAt: number): void {
    if (this.#isWatching) {
      // Slow reads end after quick ones that began later.
      this.#oldestRead = Math.min(this.#oldestRead, readAt);
      return;
    }
    if (this.#isClosed) return;
    this.#isWatching = true;
    this.#oldestRead = readAt;
    this.#schedule(this.#timing.look);
  }

  /**
   * Resolves once what is known can be believed again: timers are late where a process was held up.
   * @throws PortError `storage_unavailable`
   */
  async catchUp(): Promise<void> {
    if (performance.now() - this.#lastLook >= this.#timing.retry) this.#startLook();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timing.patience);
    await Promise.race([this.#look, late]);
    clearTimeout(timer);
    if (!this.isFresh) throw storageUnavailable(new Error('nobody knows which keys were revoked of late'));
  }

  /** Writes down what is still to be written, and watches no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#subscription.close();
    this.#rest();
    await this.#noteUses();
  }

  /** Counted from the last look, whoever asked for that one: they never come closer. */
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
    if (performance.now() - this.#lastNote >= this.#timing.note) void this.#noteUses();
    if (known.length === 0) {
      this.#rest();
      return;
    }
    // Whatever becomes of the look: tokens expire also while the database says nothing.
    this.#schedule(this.#timing.look);
    if (known.some(({ revocableAs }) => revocableAs !== null)) this.#startLook();
  }

  /** One at a time: a database that hangs must not be asked more and more. */
  #startLook(): void {
    if (this.#look !== null || this.#isClosed) return;
    const began = performance.now();
    this.#lastLook = began;
    this.#look = this.#lookOnce(began).then((isGood) => {
      this.#look = null;
      // One lost connection must not keep everybody out until the next regular look.
      const pause = isGood ? this.#timing.look - (performance.now() - began) : this.#timing.retry;
      this.#schedule(Math.max(0, pause));
    });
  }

  async #lookOnce(began: number): Promise<boolean> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    const sinceLast = Math.max(0, began - this.#knownAsOf);
    try {
      tokens.endRevoked(await apiKeys.revokedSince(new Date(clock.now().getTime() - sinceLast - OVERLAP_MS)));
      this.#lastGoodLook = began;
      return true;
    } catch (err) {
      logger?.warn({ err }, 'could not look for revoked keys');
      return false;
    }
  }

  /** One write for all keys that were used since the last one; that a key was used may be told late. */
  async #noteUses(): Promise<void> {
    const { apiKeys, tokens, clock, logger } = this.#options;
    this.#lastNote = performance.now();
    const since = this.#notedUntil;
    this.#notedUntil = clock.now().getTime();
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
      this.#notedUntil = since;
      logger?.warn({ err }, 'could not note when keys were last used');
    }
  }
}
