import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { thumbprintOf } from './jwk.ts';

/** Each key has exactly one algorithm, so that no token can choose how it is checked. */
export type KeyAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

/** The properties that public and private keys have in common. */
interface KeyTraits {
  /** The start of the key's thumbprint. Both keys of a pair have the same id. Tokens have it as `kid`. */
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  /**
   * `short`: RSA of 512 to 2047 bits. Everyone can compute the public key from two tokens and break it for a
   * few dollars, so a signature alone proves nothing.
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

/** A key pair as PEM texts: the private key in PKCS #8, the public key in SPKI. */
export interface PemPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface KeyOptions {
  /** Whether short RSA keys are accepted. Default: false. */
  readonly allowShortRsa?: boolean;
}

const ACCEPTED_KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const ACCEPTED_KINDS_AND_HINT = `${ACCEPTED_KINDS}; RSA of 512 bits or more needs ALLOW_SHORT_RSA_KEYS=true`;
const FULL_RSA_BITS = 2048;
const SHORT_RSA_BITS = 512;

/** A token without `kid` is checked with every key. More keys than this are probably a mistake. */
const MAX_KEYS = 16;

/** 48 bits: enough to tell 16 keys apart, and few characters in every token. */
const KEY_ID_LENGTH = 8;

/**
 * Reads up to 16 public keys, one PEM block after another. Their order does not matter.
 * @param name the name of the setting; the error's message begins with it.
 * @throws Error when the value does not consist of such keys. Its message is one line that says what the
 * value must be, and never contains the value.
 */
export function readPublicKeys(
  pem: string,
  name: string,
  { allowShortRsa = false }: KeyOptions = {},
): readonly VerificationKey[] {
  const requirement = `${name} must be a PEM public key`;
  const keys = publicPemBlocks(withLineBreaks(pem), requirement).map((block) => {
    const publicKey = parseKey(() => createPublicKey(block), requirement);
    return { ...traitsOf(publicKey, requirement, allowShortRsa), publicKey };
  });
  if (keys.length > MAX_KEYS) throw new Error(`${name} must hold at most ${MAX_KEYS} public keys`);
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length)
    throw new Error(`${name} must hold each public key once`);
  return keys;
}

/**
 * Reads a private key, and derives its public half.
 * @param name the name of the setting; the error's message begins with it.
 * @throws Error when the value is not such a key. Its message is one line that says what the value must be,
 * and never contains the value.
 */
export function readPrivateKey(
  pem: string,
  name: string,
  { allowShortRsa = false }: KeyOptions = {},
): KeyPair {
  const requirement = `${name} must be a PEM private key without a passphrase`;
  const privateKey = parseKey(() => createPrivateKey(withLineBreaks(pem)), requirement);
  return {
    ...traitsOf(privateKey, requirement, allowShortRsa),
    privateKey,
    publicKey: createPublicKey(privateKey),
  };
}

/**
 * Checks that the public keys belong to the private key.
 * @param name the name of the public keys' setting; the error's message begins with it.
 * @throws Error when none of `keys` is the public key of `pair`: every issued token would be refused.
 */
export function requireSamePair(pair: KeyPair, keys: readonly VerificationKey[], name: string): void {
  if (!keys.some(({ publicKey }) => publicKey.equals(pair.publicKey)))
    throw new Error(`${name} must belong to the private key`);
}

/** The kinds of key pairs that can be generated. `rsa-512` is for people who already use such keys. */
export const KEY_KINDS = ['ed25519', 'rsa-2048', 'rsa-512'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

const RSA_BITS = { 'rsa-2048': FULL_RSA_BITS, 'rsa-512': SHORT_RSA_BITS } as const;

/** Generates a new key pair. */
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

/**
 * Turns each backslash with an `n` into a line break. Line breaks are written like this in environment
 * variables and files where a value must be one line.
 */
const withLineBreaks = (pem: string): string => pem.replaceAll(/(\\r)?\\n/g, '\n').trim();

/**
 * Returns the PEM blocks of public keys, and refuses all other blocks. Node would also derive the public key
 * from a private key, which should not be on a machine that only verifies. Node would also take the key
 * from a certificate, without checking the certificate's dates and issuer.
 */
function publicPemBlocks(text: string, requirement: string): readonly string[] {
  const blocks = text.match(/-----BEGIN (RSA )?PUBLIC KEY-----[^-]+-----END \1PUBLIC KEY-----/g) ?? [];
  const blockStarts = text.match(/-----BEGIN /g)?.length ?? 0;
  if (blocks.length === 0 || blocks.length !== blockStarts)
    throw new Error(`${requirement} (${ACCEPTED_KINDS})`);
  return blocks;
}

function parseKey(parse: () => KeyObject, requirement: string): KeyObject {
  try {
    return parse();
  } catch (cause) {
    throw new Error(`${requirement} (${ACCEPTED_KINDS})`, { cause });
  }
}

function traitsOf(key: KeyObject, requirement: string, allowShortRsa: boolean): KeyTraits {
  const kind = kindOf(key);
  if (kind === null) throw new Error(`${requirement} (${ACCEPTED_KINDS})`);
  if (kind.strength === 'short' && !allowShortRsa)
    throw new Error(`${requirement} (${ACCEPTED_KINDS_AND_HINT})`);
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
