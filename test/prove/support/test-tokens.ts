import { JwtIssuer } from '../../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, type KeyPair, readPrivateKey } from '../../../src/adapters/jwt/keys/keys.ts';
import type { Scope } from '../../../src/ports/tokens/token-verifier.ts';
import { aGrant, userIdOf } from '../../support/builders.ts';

/** The signing key that a proof's servers share, and tokens for calling them. */
export class TestTokens {
  readonly pair: KeyPair;
  /** The environment variables that the servers need. */
  readonly env: { readonly JWT_PRIVATE_KEY: string };
  readonly #issuer: JwtIssuer;

  private constructor(privateKey: string) {
    this.pair = readPrivateKey(privateKey, 'JWT_PRIVATE_KEY');
    this.env = { JWT_PRIVATE_KEY: privateKey };
    this.#issuer = new JwtIssuer({ key: this.pair });
  }

  static async make(): Promise<TestTokens> {
    return new TestTokens((await generateKeyPair('ed25519')).privateKey);
  }

  of(user: string, scope: Scope = 'agent'): Promise<string> {
    return this.#issuer.issue(aGrant({ userId: userIdOf(user), scope }));
  }
}
