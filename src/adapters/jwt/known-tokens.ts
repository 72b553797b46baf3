import { LRUCache } from 'lru-cache';
import type { ApiKeyName } from '../../ports/api-key-repository.ts';
import type { Caller } from '../../ports/token-verifier.ts';
import { isExpired } from './claims.ts';
import { KnownToken, type KnownTokenOptions } from './known-token.ts';

/** A token that nobody uses for this long is found out anew: an idle process holds none, and asks nothing. */
const FORGOTTEN_AFTER_MS = 5 * 60 * 1000;

/**
 * The tokens that were found good: those used of late, as many as fit, and those that a wait, a stream or a
 * session holds on to. Found by hash, so that a known one costs no signature check.
 */
export class KnownTokens {
  readonly #recent: LRUCache<string, KnownToken>;
  readonly #held = new Set<KnownToken>();
  readonly #onHeld = (token: KnownToken, held: boolean): void => {
    if (held) this.#held.add(token);
    else this.#held.delete(token);
  };

  /** @param limit of those that nobody holds on to. */
  constructor(limit: number) {
    this.#recent = new LRUCache({ max: limit, ttl: FORGOTTEN_AFTER_MS, updateAgeOnGet: true });
  }

  get(hash: string): KnownToken | undefined {
    return this.#recent.get(hash);
  }

  add(options: Omit<KnownTokenOptions, 'onHeld'>): KnownToken {
    const token = new KnownToken({ ...options, onHeld: this.#onHeld });
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
    this.#endThose((caller) => isExpired(caller, now));
  }

  endRevoked(revoked: readonly ApiKeyName[]): void {
    if (revoked.length === 0) return;
    const names = new Set(revoked.map(nameOf));
    this.#endThose(({ userId }, { revocableAs: id }) => id !== null && names.has(nameOf({ userId, id })));
  }

  /** Each once. */
  all(): Set<KnownToken> {
    this.#recent.purgeStale();
    return new Set([...this.#recent.values(), ...this.#held]);
  }

  #endThose(isOver: (caller: Caller, token: KnownToken) => boolean): void {
    for (const token of this.all()) if (isOver(token.caller, token)) this.end(token);
  }
}

const nameOf = ({ userId, id }: { userId: string; id: string }): string => JSON.stringify([userId, id]);
