import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { KeyAlgorithm, VerificationKey } from '../keys/keys.ts';
import { callerOf, issuedAtOf, tokenIdOf } from './claims.ts';
import { requireSignature } from './signature.ts';
import { refuseUnsoundForm, type SoundToken } from './token-form.ts';

/** What a token says that one of the server's own keys has signed. */
export interface OwnToken {
  readonly caller: Caller;
  /** Its `jti`; null where it has none. */
  readonly id: string | null;
  /** In epoch milliseconds; minus infinity where it does not say. */
  readonly issuedAt: number;
  /**
   * True where the signature proves nothing, since the key is short: the token counts only if this server
   * has issued it, and stored its hash.
   */
  readonly mustBeRecorded: boolean;
  readonly algorithm: KeyAlgorithm;
}

/** No own key has signed the token, and it does not say that one has: it may be somebody else's. */
export class NotOursError extends Error {
  override readonly name = 'NotOursError';
}

/**
 * Checks tokens by the server's own keys. A `kid` that is one of theirs chooses the key, so that keys can
 * be exchanged one after the other; a token without one is tried by each.
 */
export class OwnTokens {
  readonly #keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  /**
   * @throws NotOursError for what is none of the server's own tokens.
   * @throws Error for one that it does not accept: it was altered, or claims what does not hold at `now`.
   */
  async check(text: string, now: Date): Promise<OwnToken> {
    const token = refuseUnsoundForm(text);
    const key = await this.#signerOf(token);
    const caller = callerOf(token.claims, now);
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

  async #signerOf(token: SoundToken): Promise<VerificationKey> {
    const { keyId } = token;
    const named = keyId === null ? this.#keys : this.#keys.filter((key) => key.keyId === keyId);
    if (named.length === 0) throw new NotOursError('unknown kid');
    // One good signature is enough; the reasons of all others stand in the error's cause.
    return Promise.any(named.map((key) => requireSignature(token, key).then(() => key))).catch((cause) => {
      if (keyId === null) throw new NotOursError('no key of this server has signed it', { cause });
      throw new Error('the key of this server that it names has not signed it', { cause });
    });
  }
}

/**
 * Whoever breaks a short key may at worst speak for agents, and that only with a token from here. What is
 * limited to one instance is no person's, who sees all of them.
 */
const withoutDashboard = (caller: Caller): Caller => ({
  ...caller,
  scopes: caller.scopes.filter((scope) => scope === 'agent'),
});
