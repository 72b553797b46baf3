import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { KeyAlgorithm, VerificationKey } from '../keys/keys.ts';
import { callerFromOwnToken, issuedAtOf, tokenIdOf } from './claims.ts';
import { requireSignature } from './signature.ts';
import { type ParsedToken, parseToken } from './token-form.ts';

/** A token that one of the server's own keys has signed. */
export interface OwnToken {
  readonly caller: Caller;
  /** The token's `jti`; null when it has none. */
  readonly id: string | null;
  /** The token's `iat` in epoch milliseconds; minus infinity when it has none. */
  readonly issuedAt: number;
  /**
   * True when the key is short, so that the signature proves nothing. Such a token is valid only if this
   * server has its hash on record.
   */
  readonly mustBeRecorded: boolean;
  readonly algorithm: KeyAlgorithm;
}

/** No own key has signed the token, and it names none of them. Somebody else may have issued it. */
export class NotOursError extends Error {
  override readonly name = 'NotOursError';
}

/**
 * Checks tokens with the server's own keys. A `kid` chooses the key; a token without `kid` is checked with
 * each. So keys can be replaced one after the other.
 */
export class OwnTokens {
  readonly #keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  /**
   * @throws NotOursError when the token is not one of this server's.
   * @throws Error when the token was changed, has expired, or is not valid yet.
   */
  async check(text: string, now: Date): Promise<OwnToken> {
    const token = parseToken(text);
    const key = await this.#signerOf(token);
    const caller = callerFromOwnToken(token.claims, now);
    const mustBeRecorded = key.strength === 'short';
    const isBound = caller.agentInstanceId != null;
    return {
      caller: mustBeRecorded || isBound ? withoutDashboard(caller) : caller,
      id: tokenIdOf(token.claims),
      issuedAt: issuedAtOf(token.claims),
      mustBeRecorded,
      algorithm: key.algorithm,
    };
  }

  async #signerOf(token: ParsedToken): Promise<VerificationKey> {
    const { keyId } = token;
    const named = keyId === null ? this.#keys : this.#keys.filter((key) => key.keyId === keyId);
    if (named.length === 0) throw new NotOursError('unknown kid');
    // One valid signature is enough. The error's cause has the reasons of all keys.
    return Promise.any(named.map((key) => requireSignature(token, key).then(() => key))).catch((cause) => {
      if (keyId === null) throw new NotOursError('no key of this server has signed it', { cause });
      throw new Error('the key of this server that it names has not signed it', { cause });
    });
  }
}

/**
 * Whoever breaks a short key must not act as a person. A token that is limited to one instance is not a
 * person's, because a person sees all instances.
 */
const withoutDashboard = (caller: Caller): Caller => ({
  ...caller,
  scopes: caller.scopes.filter((scope) => scope === 'agent'),
});
