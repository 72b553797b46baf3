import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { KeyAlgorithm, VerificationKey } from '../keys/keys.ts';
import { callerFromOwnToken, issuedAtOf, tokenIdOf } from './claims.ts';
import { requireSignature } from './signature.ts';
import type { JsonObject } from './strict-json.ts';
import { type ParsedToken, parseToken } from './token-form.ts';

/** A token that one of the server's own keys has signed. */
export interface OwnToken {
  readonly caller: Caller;
  /** The token's `jti`; null when it has none. */
  readonly tokenId: string | null;
  /** The token's `iat` in epoch milliseconds; minus infinity when it has none. */
  readonly issuedAt: number;
  /**
   * Whether the token was signed with a short key, so that its signature proves nothing. The token is valid
   * only if the store has a record with its hash.
   */
  readonly mustBeRecorded: boolean;
  readonly algorithm: KeyAlgorithm;
}

/**
 * The error for a token that no key of this server has signed, and whose `kid` is missing or unknown. Another
 * issuer may have made the token.
 */
export class UnknownSignerError extends Error {
  override readonly name = 'UnknownSignerError';
}

/**
 * Checks tokens with the server's own keys. A token with a `kid` is checked with the key of that id, and a
 * token without `kid` with each key. So an operator can replace the keys one after the other.
 */
export class OwnTokens {
  readonly #keys: readonly VerificationKey[];
  readonly #isOwnResource: (audience: string) => boolean;

  /** @param isOwnResource tells whether an access token over OAuth for this resource is for this server. */
  constructor(keys: readonly VerificationKey[], isOwnResource: (audience: string) => boolean = () => true) {
    this.#keys = keys;
    this.#isOwnResource = isOwnResource;
  }

  /**
   * Checks a token and reads its claims.
   * @throws UnknownSignerError when no own key has signed the token, and its `kid` is missing or unknown.
   * @throws Error when the token was changed, has expired, or is not valid yet.
   */
  async check(tokenText: string, now: Date): Promise<OwnToken> {
    const token = parseToken(tokenText);
    const key = await this.#signerOf(token);
    const caller = callerFromOwnToken(token.claims, now);
    if (token.isAccessToken) this.#requireOwnResource(token.claims);
    const mustBeRecorded = key.strength === 'short';
    const isLimitedToInstance = caller.agentInstanceId != null;
    return {
      caller: mustBeRecorded || isLimitedToInstance ? withoutDashboard(caller) : caller,
      tokenId: tokenIdOf(token.claims),
      issuedAt: issuedAtOf(token.claims),
      mustBeRecorded,
      algorithm: key.algorithm,
    };
  }

  /** Servers with the same key accept each other's tokens. But people let a program in at one of them. */
  #requireOwnResource({ aud }: JsonObject): void {
    if (aud === undefined) return;
    const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!audiences.some((audience) => typeof audience === 'string' && this.#isOwnResource(audience)))
      throw new Error('"aud" is the resource of another server');
  }

  async #signerOf(token: ParsedToken): Promise<VerificationKey> {
    const { keyId } = token;
    const candidates = keyId === null ? this.#keys : this.#keys.filter((key) => key.keyId === keyId);
    if (candidates.length === 0) throw new UnknownSignerError('unknown kid');
    // One key that has signed the token is enough. Otherwise the error's cause has the errors of all keys.
    return Promise.any(candidates.map((key) => requireSignature(token, key).then(() => key))).catch(
      (cause) => {
        if (keyId === null) throw new UnknownSignerError('no key of this server has signed it', { cause });
        throw new Error('its kid names a key of this server that has not signed it', { cause });
      },
    );
  }
}

/**
 * Removes the scope `dashboard`. An attacker who breaks a short key must not be able to act as a person. And
 * a token that is limited to one instance can only be for an agent, because a person sees all instances.
 */
const withoutDashboard = (caller: Caller): Caller => ({
  ...caller,
  scopes: caller.scopes.filter((scope) => scope === 'agent'),
});
