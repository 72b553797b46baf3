import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { thumbprintOf } from './jwk.ts';

/** Each key has exactly one algorithm, so that no token can choose how it is checked. */
export type KeyAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

/** What public and private keys have in common. */
interface KeyTraits {
  /** The start of the thumbprint; a token's `kid`. Both halves of a pair have the same. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  /**
   * `short`: RSA of 512 to 2047 bits. Anybody can compute its public half from two tokens and break it for a
   * few dollars, so its signature alone proves nothing.
   */
  readonly strength: 'full' | 'short';
}

export interface VerificationKey extends KeyTraits {
  readonly publicKey: KeyObject;
}

export interface SigningKey extends KeyTraits {
  readonly privateKey: KeyObject;
}

export interface KeyPair extends VerificationKey, SigningKey {}

/** Both halves as PEM text: PKCS #8 and SPKI. */
export interface PemPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface KeyOptions {
  /** Whether short RSA keys are accepted. Default: false. */
  readonly allowShortRsa?: boolean;
}

const KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const KINDS_AND_SHORT = `${KINDS}; RSA of 512 bits or more needs ALLOW_SHORT_RSA_KEYS=true`;
const FULL_RSA_BITS = 2048;
const SHORT_RSA_BITS = 512;

/** More keys are a mistake, and a token without `kid` is checked with each of them. */
const MOST_KEYS = 16;

/** 48 bits: enough to tell 16 keys apart, and few characters in every token. */
const KEY_ID_LENGTH = 8;

/**
 * Reads up to 16 public keys, one PEM block after another. Their order does not matter.
 * @param name the name of the setting; the error's message begins with it.
 * @throws Error of one line that says what the value must be, and never shows the value.
 */
export function readPublicKeys(
  pem: string,
  name: string,
  { allowShortRsa = false }: KeyOptions = {},
): readonly VerificationKey[] {
  const requirement = `${name} must be a PEM public key`;
  const keys = publicPemBlocks(withLineBreaks(pem), requirement).map((block) => {
    const publicKey = parsed(() => createPublicKey(block), requirement);
    return { ...traitsOf(publicKey, requirement, allowShortRsa), publicKey };
  });
  if (keys.length > MOST_KEYS) throw new Error(`${name} must hold at most ${MOST_KEYS} public keys`);
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length)
    throw new Error(`${name} must hold each public key once`);
  return keys;
}

/**
 * Reads a private key, and derives its public half.
 * @param name the name of the setting; the error's message begins with it.
 * @throws Error of one line that says what the value must be, and never shows the value.
 */
export function readPrivateKey(
  pem: string,
  name: string,
  { allowShortRsa = false }: KeyOptions = {},
): KeyPair {
  const requirement = `${name} must be a PEM private key without a passphrase`;
  const privateKey = parsed(() => createPrivateKey(withLineBreaks(pem)), requirement);
  return {
    ...traitsOf(privateKey, requirement, allowShortRsa),
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}

/**
 * @param name the name of the public keys' setting; the error's message begins with it.
 * @throws Error when none of `keys` is the public half of `pair`: every issued token would be refused.
 */
export function requireSamePair(pair: KeyPair, keys: readonly VerificationKey[], name: string): void {
  if (!keys.some(({ publicKey }) => publicKey.equals(pair.publicKey)))
    throw new Error(`${name} must belong to the private key`);
}

/** The kinds of new pairs. `rsa-512` is for people who already use such keys. */
export const KEY_KINDS = ['ed25519', 'rsa-2048', 'rsa-512'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const RSA_BITS = { 'rsa-2048': FULL_RSA_BITS, 'rsa-512': SHORT_RSA_BITS } as const;

/** Makes a new pair. */
export async function generateKeyPair(kind: KeyKind): Promise<PemPair> {
  const { privateKey, publicKey } =
    kind === 'ed25519'
      ? await promisify(generate)('ed25519')
      : await promisify(generate)('rsa', { modulusLength: RSA_BITS[kind] });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** In a variable or file that can hold only one line, line breaks are written as a backslash and an n. */
const withLineBreaks = (pem: string): string => pem.replaceAll(/(\\r)?\\n/g, '\n').trim();

/**
 * Node would also derive a public key from a private one, which should not be on a machine that only
 * verifies. And it would take the key of a certificate, whose dates and issuer nobody would check.
 */
function publicPemBlocks(text: string, requirement: string): readonly string[] {
  const blocks = text.match(/-----BEGIN (RSA )?PUBLIC KEY-----[^-]+-----END \1PUBLIC KEY-----/g) ?? [];
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  if (blocks.length === 0 || blocks.length !== begun) throw new Error(`${requirement} (${KINDS})`);
  return blocks;
}

function parsed(parse: () => KeyObject, requirement: string): KeyObject {
  try {
    return parse();
  } catch (cause) {
    throw new Error(`${requirement} (${KINDS})`, { cause });
  }
}

function traitsOf(key: KeyObject, requirement: string, allowShortRsa: boolean): KeyTraits {
  const kind = kindOf(key);
  if (kind === null) throw new Error(`${requirement} (${KINDS})`);
  if (kind.strength === 'short' && !allowShortRsa) throw new Error(`${requirement} (${KINDS_AND_SHORT})`);
  return { keyId: thumbprintOf(key).slice(0, KEY_ID_LENGTH), ...kind };
}

function kindOf({
  asymmetricKeyType,
  asymmetricKeyDetails: { namedCurve, modulusLength = 0 } = {},
}: KeyObject): Omit<KeyTraits, 'keyId'> | null {
  switch (asymmetricKeyType) {
    case 'ed25519':
      return { algorithm: 'EdDSA', strength: 'full' };
    case 'ec':
      return namedCurve === 'prime256v1' ? { algorithm: 'ES256', strength: 'full' } : null;
    case 'rsa':
      if (modulusLength < SHORT_RSA_BITS) return null;
      return { algorithm: 'RS256', strength: modulusLength < FULL_RSA_BITS ? 'short' : 'full' };
    default:
      return null;
  }
}
