import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '../../ports/errors.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { Caller, TokenVerifier } from '../../ports/token-verifier.ts';
import { isExpired } from './claims.ts';
import type { VerificationKey } from './keys.ts';
import { OwnTokens } from './own-tokens.ts';
import { TOKEN_LIMIT } from './token-form.ts';

export interface JwtVerifierOptions {
  readonly keys: readonly VerificationKey[];
  readonly clock: Clock;
  /** How many checked tokens are remembered. */
  readonly remembered?: number;
}

/**
 * Verifies JWTs by the server's own keys. A checked token is remembered by its hash, so that a known one
 * costs no signature check and is answered at once. Only good tokens are: a refusal may end (`nbf`), and
 * made-up tokens must not push out real ones.
 */
export class JwtVerifier implements TokenVerifier {
  readonly #own: OwnTokens;
  readonly #clock: Clock;
  readonly #known: LRUCache<string, Caller>;
  readonly #underWay = new Map<string, Promise<Caller>>();

  constructor({ keys, clock, remembered = 10_000 }: JwtVerifierOptions) {
    this.#own = new OwnTokens(keys);
    this.#clock = clock;
    this.#known = new LRUCache({ max: remembered });
  }

  verify(token: string): Caller | Promise<Caller> {
    if (token.length > TOKEN_LIMIT) throw unauthenticated(new Error('longer than 8 KB'));
    const digest = hash('sha256', token, 'base64url');
    const caller = this.#known.get(digest);
    if (caller === undefined) return this.#checkOnce(digest, token);
    if (!isExpired(caller, this.#clock.now())) return caller;
    this.#known.delete(digest);
    throw unauthenticated(new Error('expired since it was checked'));
  }

  /** Many connections may bring one new token at the same moment. */
  #checkOnce(digest: string, token: string): Promise<Caller> {
    let check = this.#underWay.get(digest);
    if (check === undefined) {
      check = this.#check(digest, token).finally(() => this.#underWay.delete(digest));
      this.#underWay.set(digest, check);
    }
    return check;
  }

  async #check(digest: string, token: string): Promise<Caller> {
    try {
      const { caller, mustBeRecorded } = await this.#own.check(token, this.#clock.now());
      if (mustBeRecorded) throw new Error('signed by a short key, and not recorded here');
      this.#known.set(digest, caller);
      return caller;
    } catch (cause) {
      throw unauthenticated(cause);
    }
  }
}
