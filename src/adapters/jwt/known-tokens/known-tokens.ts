import { LRUCache } from 'lru-cache';
import type { Revoked } from '../../../ports/signals/revocations.ts';
import { isExpired } from '../token/claims.ts';
import { keyNameOf } from './key-name.ts';
import { KnownToken, type KnownTokenOptions } from './known-token.ts';

/** A token that nobody uses for this long is found out anew: an idle process holds none, and asks nothing. */
const FORGOTTEN_AFTER_MS = 5 * 60 * 1000;

/** Longer than a check may last, and so many that nobody revokes more meanwhile. */
const REVOKED_OF_LATE = { max: 10_000, ttl: 60_000 };

/**
 * The tokens that were found good: those used of late, as many as fit, and those that a wait, a stream or a
 * session holds on to. Found by hash, so that a known one costs no signature check.
 */
export class KnownTokens {
  readonly #recent: LRUCache<string, KnownToken>;
  readonly #held = new Set<KnownToken>();
  /** For tokens that are still being checked, by what was read before they were revoked. */
  readonly #revokedOfLate = new LRUCache<string, number>(REVOKED_OF_LATE);
  readonly #onHeld = (token: KnownToken, held: boolean): void => {
    if (held) this.#held.add(token);
    else this.#held.delete(token);
  };

  /** @param limit of those that nobody holds on to. */
  constructor(limit: number) {
    // By the clock that the watch goes by, which a test may have set.
    const perf = { now: () => performance.now() };
    this.#recent = new LRUCache({ max: limit, ttl: FORGOTTEN_AFTER_MS, updateAgeOnGet: true, perf });
  }

  get(hash: string): KnownToken | undefined {
    return this.#recent.get(hash);
  }

  /** @throws Error for a token that was revoked while it was checked. */
  add(options: Omit<KnownTokenOptions, 'onHeld'>): KnownToken {
    const token = new KnownToken({ ...options, onHeld: this.#onHeld });
    if (isRevoked(token, this.#revokedOfLate)) throw new Error('revoked while it was checked');
    this.#recent.set(token.hash, token);
    return token;
  }

  /** What is known of it has to be found out anew. Whoever holds on to it may go on. */
  forget({ hash }: KnownToken): void {
    this.#recent.delete(hash);
  }

  end(token: KnownToken): void {
    // Another one may have taken its place, after this was pushed out while it was held.
    if (this.#recent.peek(token.hash) === token) this.#recent.delete(token.hash);
    token.end();
  }

  endExpired(now: Date): void {
    this.#endThose(({ caller }) => isExpired(caller, now));
  }

  endRevoked(revoked: readonly Revoked[]): void {
    if (revoked.length === 0) return;
    const ends = new Map(revoked.map((each) => [keyNameOf(each), endOf(each)]));
    for (const [name, end] of ends) this.#revokedOfLate.set(name, end);
    this.#endThose((token) => isRevoked(token, ends));
  }

  /** Each once. */
  all(): Set<KnownToken> {
    this.#recent.purgeStale();
    return new Set([...this.#recent.values(), ...this.#held]);
  }

  #endThose(isOver: (token: KnownToken) => boolean): void {
    for (const token of this.all()) if (isOver(token)) this.end(token);
  }
}

/** Tokens of this name that were issued before, in epoch milliseconds, have ended. */
const endOf = (revoked: Revoked): number =>
  revoked.id === null ? (revoked.issuedBefore?.getTime() ?? Infinity) : Infinity;

/** @param ends by name of a key or of a user. */
function isRevoked(
  { keyName, userName, issuedAt }: KnownToken,
  ends: { get(name: string): number | undefined },
): boolean {
  if (keyName !== null && ends.get(keyName) !== undefined) return true;
  return issuedAt < (ends.get(userName) ?? -Infinity);
}
