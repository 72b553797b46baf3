import { hash } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKey } from '../../domain/user/api-key.ts';
import type { Clock } from '../../ports/runtime.ts';
import type { VerificationKey } from './keys/keys.ts';
import { apiKeyIdOf } from './token/api-key-id.ts';
import { isExpired } from './token/claims.ts';
import { OwnTokens } from './token/own-tokens.ts';

/** Makes records of tokens that one of the server's own keys signed elsewhere. */
export class TokenRecorder {
  readonly #own: OwnTokens;
  readonly #clock: Clock;

  constructor({ keys, clock }: { readonly keys: readonly VerificationKey[]; readonly clock: Clock }) {
    this.#own = new OwnTokens(keys);
    this.#clock = clock;
  }

  /** @throws Error when no own key has signed the token, it has expired, or it has no scope. */
  async recordOf(text: string): Promise<{ readonly userId: UserId; readonly key: ApiKey }> {
    const now = this.#clock.now();
    const { caller, id, algorithm } = await this.#own.check(text, now);
    const tokenHash = hash('sha256', text, 'base64url');
    const recordId = apiKeyIdOf(id, tokenHash);
    // An ES256 signature can be changed into a second valid one with another hash. Only a `jti` covers both
    // tokens.
    if (algorithm === 'ES256' && recordId !== id)
      throw new Error('an ES256 token without a jti is not imported, because it could not be revoked later');
    const scope = caller.scopes.includes('dashboard') ? 'dashboard' : caller.scopes[0];
    if (scope === undefined) throw new Error('it has no scope that means anything here');
    if (isExpired(caller, now)) throw new Error('it has expired');
    return {
      userId: caller.userId,
      key: {
        id: recordId,
        name: 'imported',
        scope,
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
