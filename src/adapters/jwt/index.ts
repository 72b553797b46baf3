/** The entry `@agent-dashboard/server/jwt`: tokens that are JWTs, checked, issued and recorded. */
export { IdentityProvider, type IdentityProviderOptions } from './identity-provider.ts';
export { JwtIssuer, type JwtIssuerOptions } from './jwt-issuer.ts';
export { JwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';
export { type JwkSet, jwkSetOf } from './keys/jwk-set.ts';
export {
  generateKeyPair,
  type KeyKind,
  type KeyOptions,
  type KeyPair,
  type PemPair,
  readPrivateKey,
  readPublicKeys,
  type SigningKey,
  type VerificationKey,
} from './keys/keys.ts';
export { TokenRecorder } from './token-recorder.ts';
