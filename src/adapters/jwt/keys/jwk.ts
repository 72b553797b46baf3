import { hash, type KeyObject } from 'node:crypto';

/** The members of a public key (RFC 7518, section 6; RFC 8037), those of its kind alone. */
export interface PublicJwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** Of either half; nothing private is taken over. In the order of the alphabet, as thumbprints need it. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' });
  return JSON.parse(JSON.stringify({ crv, e, kty, n, x, y }));
}

/** RFC 7638, by SHA-256: the same for a key wherever it is read, and in whichever form. */
export const thumbprintOf = (key: KeyObject): string =>
  hash('sha256', JSON.stringify(publicJwkOf(key)), 'base64url');
