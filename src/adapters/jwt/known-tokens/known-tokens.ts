import { LRUCache } from 'lru-cache';
import type { Revocation } from '../../../ports/signals/revocations.ts';
import { isExpired } from '../token/claims.ts';
import { KnownToken, type KnownTokenOptions } from './known-token.ts';
import { revocationIdOf } from './revocation-id.ts';

/** A token that is unused for this long is forgotten. So an idle process keeps none, and sends no queries. */
const FORGOTTEN_AFTER_MS = 5 * 60 * 1000;

/**
 * Which revocations are remembered while tokens are being checked. Checking a token takes less than 60 s, and
 * fewer than 10,000 keys are revoked in that time.
 */
const RECENT_REVOCATION_LIMITS = { max: 10_000, ttl: 60_000 };

/**
 * The checked tokens that are valid, by their hash: the recently used ones up to a limit, and all that have a
 * listener. Listeners are waits, streams and MCP sessions, which must end with their token.
 */
export class KnownTokens {
  readonly #recent: LRUCache<string, KnownToken>;
  readonly #withListeners = new Set<KnownToken>();
  /**
   * For each recently revoked key or user (`revocationIdOf`): its tokens are refused if they were issued
   * before this time, in epoch milliseconds. A token can be revoked while it is being checked.
   */
  readonly #recentlyRevoked = new LRUCache<string, number>(RECENT_REVOCATION_LIMITS);
  readonly #onListenersChanged = (token: KnownToken, hasListeners: boolean): void => {
    if (hasListeners) this.#withListeners.add(token);
    else this.#withListeners.delete(token);
  };

  /** @param limit how many tokens without listeners are kept. */
  constructor(limit: number) {
    // `performance.now` is looked up at each call, because a test may replace it.
    const perf = { now: () => performance.now() };
    this.#recent = new LRUCache({ max: limit, ttl: FORGOTTEN_AFTER_MS, updateAgeOnGet: true, perf });
  }

  get(hash: string): KnownToken | undefined {
    return this.#recent.get(hash);
  }

  /** @throws Error when the token was revoked while it was checked. */
  add(options: Omit<KnownTokenOptions, 'onListenersChanged'>): KnownToken {
    const token = new KnownToken({ ...options, onListenersChanged: this.#onListenersChanged });
    if (isRevoked(token, this.#recentlyRevoked)) throw new Error('revoked while it was checked');
    this.#recent.set(token.hash, token);
    return token;
  }

  /** Makes the next call check the token again. Its listeners stay. */
  forget({ hash }: KnownToken): void {
    this.#recent.delete(hash);
  }

  end(token: KnownToken): void {
    // The token may have been checked again: then the cache has another object for it, which stays.
    if (this.#recent.peek(token.hash) === token) this.#recent.delete(token.hash);
    token.end();
  }

  endExpired(now: Date): void {
    this.#endIf(({ caller }) => isExpired(caller, now));
  }

  endRevoked(revoked: readonly Revocation[]): void {
    if (revoked.length === 0) return;
    const refusedBefore = new Map(revoked.map((each) => [revocationIdOf(each), refusedBeforeMs(each)]));
    for (const [id, time] of refusedBefore) this.#recentlyRevoked.set(id, time);
    this.#endIf((token) => isRevoked(token, refusedBefore));
  }

  /** Returns all known tokens, each once. */
  all(): Set<KnownToken> {
    this.#recent.purgeStale();
    return new Set([...this.#recent.values(), ...this.#withListeners]);
  }

  #endIf(shouldEnd: (token: KnownToken) => boolean): void {
    for (const token of this.all()) if (shouldEnd(token)) this.end(token);
  }
}

/**
 * Returns when a token must have been issued to stay valid after a revocation: at this time or later, in
 * epoch milliseconds. Infinity: no token stays valid.
 */
const refusedBeforeMs = (revoked: Revocation): number =>
  revoked.id === null ? (revoked.issuedBefore?.getTime() ?? Infinity) : Infinity;

/** @param refusedBefore the time by revocation id: a token that was issued before that time is refused. */
function isRevoked(
  { keyRevocationId, userRevocationId, issuedAt }: KnownToken,
  refusedBefore: { get(revocationId: string): number | undefined },
): boolean {
  if (keyRevocationId !== null && refusedBefore.get(keyRevocationId) !== undefined) return true;
  return issuedAt < (refusedBefore.get(userRevocationId) ?? -Infinity);
}
