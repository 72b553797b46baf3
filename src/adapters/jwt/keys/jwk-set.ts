import { type PublicJwk, publicJwkOf } from './jwk.ts';
import type { KeyAlgorithm, VerificationKey } from './keys.ts';

export interface PublishedKey extends PublicJwk {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  readonly use: 'sig';
}

/** RFC 7517, section 5. */
export interface JwkSet {
  readonly keys: readonly PublishedKey[];
}

/** What others may check tokens by. A short RSA key is not among them: to publish it is to give it away. */
export const jwkSetOf = (keys: readonly VerificationKey[]): JwkSet => ({
  keys: keys
    .filter(({ strength }) => strength === 'full')
    .map(({ publicKey, keyId, algorithm }) => ({
      ...publicJwkOf(publicKey),
      kid: keyId,
      alg: algorithm,
      use: 'sig',
    })),
});
