import { type KeyObject, sign, verify } from 'node:crypto';

/*
 * RS256 with RSA keys of less than 2048 bits, which jose rightly refuses. This code is separate, so that no
 * option of the other code can ever accept such a key. The caller has checked the key's kind and the token's
 * form.
 */

/**
 * @param text header and claims in base64url, joined by a dot.
 * @returns the whole token.
 */
export const signByShortRsa = (text: string, privateKey: KeyObject): string =>
  `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;

/** Relies on the three parts of `token` being canonical base64url: Node decodes leniently. */
export function isSignedByShortRsa(token: string, publicKey: KeyObject): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  return verify('sha256', Buffer.from(token.slice(0, end)), publicKey, signature);
}
