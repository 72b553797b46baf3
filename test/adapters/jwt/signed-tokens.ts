import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import { type KeyPair, readPrivateKey, type SigningKey } from '../../../src/adapters/jwt/keys/keys.ts';
import { type OwnToken, OwnTokens } from '../../../src/adapters/jwt/token/own-tokens.ts';
import type { Clock } from '../../../src/ports/runtime.ts';

export const pemOf = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

export const freshPair = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength }),
  'short RS256': () => generateKeyPairSync('rsa', { modulusLength: 512 }),
};

/** The kinds of keys that can sign the server's own tokens. */
export type OwnKeyKind = keyof typeof freshPair;
export const OWN_KEY_KINDS = ['EdDSA', 'ES256', 'RS256', 'short RS256'] as const satisfies OwnKeyKind[];

export const freshKeyPair = (kind: OwnKeyKind): KeyPair =>
  readPrivateKey(pemOf(freshPair[kind]().privateKey), 'JWT_PRIVATE_KEY', { allowShortRsa: true });

export const pairs: Readonly<Record<OwnKeyKind, KeyPair>> = {
  EdDSA: freshKeyPair('EdDSA'),
  ES256: freshKeyPair('ES256'),
  RS256: freshKeyPair('RS256'),
  'short RS256': freshKeyPair('short RS256'),
};

/** The time of the tests in whole seconds since 1970, so that a limit can be tested exactly. */
export const NOW = 1_800_000_000;

export class SettableClock implements Clock {
  seconds = NOW;
  now(): Date {
    return new Date(this.seconds * 1000);
  }
}

const encode = (part: object | string | Buffer): string =>
  Buffer.from(
    typeof part === 'object' && !Buffer.isBuffer(part) ? JSON.stringify(part) : (part as string),
  ).toString('base64url');

/** Signs claims and a header, valid or not. An object is written as JSON; text and bytes stay as they are. */
export function signedToken(
  claims: object | string | Buffer,
  header: object | string | Buffer = {},
  { algorithm, privateKey }: Pick<SigningKey, 'algorithm' | 'privateKey'> = pairs.EdDSA,
): string {
  const fullHeader =
    typeof header === 'object' && !Buffer.isBuffer(header) ? { alg: algorithm, ...header } : header;
  return signText(`${encode(fullHeader)}.${encode(claims)}`, { algorithm, privateKey });
}

/** Returns the text with its signature appended. */
export function signText(
  text: string,
  { algorithm, privateKey }: Pick<SigningKey, 'algorithm' | 'privateKey'>,
): string {
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const signature = sign(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

export const verifierOf = (key: KeyPair = pairs.EdDSA, clock: Clock = new SettableClock()) =>
  new JwtVerifier({ keys: [key], store: null, clock });

/** Checks a token at the time `NOW`, as a server with these keys does. */
export const check = (token: string, ...keys: readonly KeyPair[]): Promise<OwnToken> =>
  new OwnTokens(keys).check(token, new Date(NOW * 1000));

/**
 * Returns the name, code and message of the error that `verify` fails with.
 * @throws Error if `verify` succeeds
 */
export async function refusalOf(verify: () => unknown): Promise<string> {
  let accepted: unknown;
  try {
    accepted = await verify();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return `${name} ${code}: ${message}`;
  }
  throw new Error(`accepted as ${JSON.stringify(accepted)}`);
}

export const REFUSED = 'PortError unauthenticated: A valid bearer token is required';
