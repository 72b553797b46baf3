import { CompactSign } from 'jose';
import { issuingDisabled } from '../../ports/errors.ts';
import type { TokenGrant, TokenIssuer } from '../../ports/tokens/token-issuer.ts';
import type { SigningKey } from './keys/keys.ts';
import { signByShortRsa } from './keys/short-rsa.ts';
import { userIdOf } from './token/claims.ts';

export interface JwtIssuerOptions {
  readonly key: SigningKey;
  /** Whether tokens have the id of their key (`kid`, 23 characters). Needed only with several keys. */
  readonly includesKeyId?: boolean;
}

/**
 * Issues tokens. They are short, because people paste them: they leave out what verifiers assume anyway
 * (`typ`, the scope `agent`). A token signed with Ed25519 has 188 characters when the user id has 8, and 226
 * when it has 36, as a UUID has. An expiry adds 23 characters, the scope `dashboard` 27, the limit to an
 * instance 79, and a `kid` 23 (each may be one less). A token signed with RSA of 512 bits is equally long.
 *
 * With Ed25519 and RSA the same grant gives the same token every time. So the server can show a token again
 * that it has not stored. ES256 signs with a random number: each call gives another token, which is also
 * valid.
 */
export class JwtIssuer implements TokenIssuer {
  readonly isDeterministic: boolean;
  readonly #key: SigningKey;
  readonly #header: { readonly alg: string; readonly kid?: string };

  constructor({ key, includesKeyId = false }: JwtIssuerOptions) {
    this.isDeterministic = key.algorithm !== 'ES256';
    this.#key = key;
    this.#header = includesKeyId ? { alg: key.algorithm, kid: key.keyId } : { alg: key.algorithm };
  }

  async issue(grant: TokenGrant): Promise<string> {
    const claims = JSON.stringify(claimsOf(grant));
    if (this.#key.strength === 'full') {
      return new CompactSign(Buffer.from(claims)).setProtectedHeader(this.#header).sign(this.#key.privateKey);
    }
    if (grant.scope !== 'agent')
      throw issuingDisabled('A short RSA key may sign tokens of the scope agent only');
    const text = [JSON.stringify(this.#header), claims].map(base64url).join('.');
    return signByShortRsa(text, this.#key.privateKey);
  }
}

/** The order of the claims is fixed, so that the same grant gives the same token. */
const claimsOf = ({ userId, createdAt, id, expiresAt, scope, agentInstanceId }: TokenGrant) => ({
  // Refuses a user id that the verifier would refuse.
  sub: userIdOf(userId),
  iat: secondsOf(createdAt),
  jti: id,
  ...(expiresAt === null ? {} : { exp: secondsOf(expiresAt) }),
  ...(scope === 'agent' ? {} : { scope }),
  ...(agentInstanceId === null ? {} : { agent_instance_id: agentInstanceId }),
});

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000);

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
