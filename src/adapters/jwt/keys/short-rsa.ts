import { type KeyObject, sign, verify } from 'node:crypto';

/*
 * RS256 with RSA keys of less than 2048 bits, which jose rightly refuses. This code is separate from the
 * code for other keys, so that no option there can accept a short key. The calling code must have checked the
 * kind of the key and the form of the token.
 */

/**
 * Signs a token.
 * @param text header and claims in base64url, joined by a dot.
 * @returns the whole token.
 */
export const signByShortRsa = (text: string, privateKey: KeyObject): string =>
  `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;

/**
 * Checks a signature. The three parts of `token` must be canonical base64url, because Node's decoder ignores
 * wrong characters.
 */
export function isSignedByShortRsa(token: string, publicKey: KeyObject): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  return verify('sha256', Buffer.from(token.slice(0, end)), publicKey, signature);
}
