import { hash } from 'node:crypto';
import type { Clock } from '../../ports/runtime.ts';
import type { TokenRecord } from '../../ports/tokens/token-issuer.ts';
import type { VerificationKey } from './keys/keys.ts';
import { apiKeyIdOf } from './token/api-key-id.ts';
import { isExpired } from './token/claims.ts';
import { OwnTokens } from './token/own-tokens.ts';

/** Makes API key records of tokens that were signed elsewhere with one of the server's own keys. */
export class TokenRecorder {
  readonly #ownTokens: OwnTokens;
  readonly #clock: Clock;

  constructor({ keys, clock }: { readonly keys: readonly VerificationKey[]; readonly clock: Clock }) {
    this.#ownTokens = new OwnTokens(keys);
    this.#clock = clock;
  }

  /**
   * Checks the token and makes its record.
   * @throws Error when no own key has signed the token, when it has expired, when it has no known scope, or
   * when it is an ES256 token without a `jti`.
   */
  async recordOf(tokenText: string): Promise<TokenRecord> {
    const now = this.#clock.now();
    const { caller, tokenId, issuedAt, algorithm } = await this.#ownTokens.check(tokenText, now);
    const tokenHash = hash('sha256', tokenText, 'base64url');
    const recordId = apiKeyIdOf(tokenId, tokenHash);
    // Everyone who has an ES256 token can make a second valid token of it, with another signature and hash.
    // Only a record under the `jti` applies to both tokens.
    if (algorithm === 'ES256' && recordId !== tokenId)
      throw new Error('an ES256 token without a jti is not imported, because it could not be revoked later');
    const scope = caller.scopes.includes('dashboard') ? 'dashboard' : caller.scopes[0];
    if (scope === undefined) throw new Error('it has no scope that this server knows');
    if (isExpired(caller, now)) throw new Error('it has expired');
    return {
      userId: caller.userId,
      issuedAt,
      key: {
        id: recordId,
        name: 'imported',
        scope,
        client: null,
        agentInstanceId: caller.agentInstanceId ?? null,
        tokenHash,
        createdAt: now,
        expiresAt: caller.expiresAt ?? null,
        lastUsedAt: null,
        revokedAt: null,
      },
    };
  }
}
