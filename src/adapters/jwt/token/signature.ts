import { compactVerify } from 'jose';
import type { VerificationKey } from '../keys/keys.ts';
import { isSignedByShortRsa } from '../keys/short-rsa.ts';
import type { ParsedToken } from './token-form.ts';

/**
 * Checks the signature of a token with the algorithm of the key. The algorithm in the token's header is not
 * trusted (RFC 8725, section 3.1).
 * @throws Error when the key has not signed the token.
 */
export async function requireSignature(token: ParsedToken, key: VerificationKey): Promise<void> {
  if (key.strength === 'full') {
    await compactVerify(token.text, key.publicKey, { algorithms: [key.algorithm] });
    return;
  }
  if (token.algorithm !== key.algorithm) throw new Error('the token has another algorithm than the key');
  if (!isSignedByShortRsa(token.text, key.publicKey)) throw new Error('the signature does not match');
}
