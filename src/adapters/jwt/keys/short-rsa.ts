import { type KeyObject, sign, verify } from 'node:crypto';

/*
 * RS256 by RSA keys under 2048 bits, which jose rightly refuses. Apart from it, so that no option of the
 * other path could ever let such a key in. Keys are given in here by kind, tokens have been read strictly.
 */

/**
 * @param text header and claims, as they are sent.
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
