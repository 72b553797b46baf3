import { hash, type KeyObject } from 'node:crypto';

/** The members of a public key (RFC 7518, section 6; RFC 8037). Each kind of key has some of them. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** Returns the public members of a public or private key. Thumbprints need them in alphabetical order. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' });
  return JSON.parse(JSON.stringify({ crv, e, kty, n, x, y }));
}

/**
 * Returns the key's thumbprint (RFC 7638, SHA-256). The public and the private key of a pair have the same
 * thumbprint, in every file format.
 */
export const thumbprintOf = (key: KeyObject): string =>
  hash('sha256', JSON.stringify(publicJwkOf(key)), 'base64url');
