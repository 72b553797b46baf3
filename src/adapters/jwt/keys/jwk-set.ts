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

/**
 * Returns the keys with which other programs may check tokens. Short RSA keys are left out, because anyone
 * who has the public key can break them.
 */
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
