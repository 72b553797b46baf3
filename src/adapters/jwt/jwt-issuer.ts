import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../ports/runtime.ts';
import type { Scope } from '../../ports/token-verifier.ts';
import { userIdOf } from './claims.ts';
import type { SigningKey } from './keys.ts';

/** What a token is to say. */
export interface TokenGrant {
  readonly userId: string;
  readonly scopes: readonly Scope[];
  /** null: it never expires. */
  readonly expiresInSeconds: number | null;
}

/** Issues tokens that a `JwtVerifier` of the same pair accepts. */
export class JwtIssuer {
  readonly #key: SigningKey;
  readonly #clock: Clock;

  constructor({ key, clock }: { readonly key: SigningKey; readonly clock: Clock }) {
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Kept short, since people paste tokens: what verifiers assume anyway (`typ`, the scope `agent`) is left
   * out, and the id is no longer than it takes to be unique.
   * @throws Error for a user that no token may name.
   */
  async issue({ userId, scopes, expiresInSeconds }: TokenGrant): Promise<string> {
    const iat = Math.floor(this.#clock.now().getTime() / 1000);
    const scope = scopes.join(' ');
    return new SignJWT({
      sub: userIdOf(userId),
      iat,
      jti: randomBytes(12).toString('base64url'),
      ...(expiresInSeconds === null ? {} : { exp: iat + expiresInSeconds }),
      ...(scope === 'agent' ? {} : { scope }),
    })
      .setProtectedHeader({ alg: this.#key.algorithm })
      .sign(this.#key.privateKey);
  }
}
