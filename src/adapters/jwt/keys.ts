import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** Each key verifies and signs by exactly one of these, so that no token chooses how it is checked. */
export type KeyAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

export interface VerificationKey {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: KeyObject;
}

export interface SigningKey {
  readonly algorithm: KeyAlgorithm;
  readonly privateKey: KeyObject;
}

export interface KeyPair extends VerificationKey, SigningKey {}

/** Both halves as PEM text: PKCS #8 and SPKI. */
export interface PemPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const MIN_RSA_BITS = 2048;

/**
 * @param name what the text is the value of; the error's message begins with it.
 * @throws Error of one line that says what the value should be, and nothing of what it is.
 */
export function readPublicKey(pem: string, name: string): VerificationKey {
  const text = withLineBreaks(pem);
  const refuse = (cause?: unknown) => new Error(`${name} must be a PEM public key (${KINDS})`, { cause });
  // Node would also derive a public key from a private one, which has no business on a machine that only
  // verifies, and take it from a certificate, whose dates and issuer nobody would check.
  const labels = [...text.matchAll(/-----BEGIN ([^-]+)-----/g)].map(([, label]) => label);
  if (labels.length !== 1 || !/^(RSA )?PUBLIC KEY$/.test(labels[0]!)) throw refuse();
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(text);
  } catch (cause) {
    throw refuse(cause);
  }
  const algorithm = algorithmOf(publicKey);
  if (algorithm === null) throw refuse();
  return { algorithm, publicKey };
}

/**
 * The pair of a private key; its public half is derived.
 * @param name what the text is the value of; the error's message begins with it.
 * @throws Error of one line that says what the value should be, and nothing of what it is.
 */
export function readPrivateKey(pem: string, name: string): KeyPair {
  const refuse = (cause?: unknown) =>
    new Error(`${name} must be a PEM private key without a passphrase (${KINDS})`, { cause });
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(withLineBreaks(pem));
  } catch (cause) {
    throw refuse(cause);
  }
  const algorithm = algorithmOf(privateKey);
  if (algorithm === null) throw refuse();
  return { algorithm, privateKey, publicKey: createPublicKey(privateKey) };
}

/**
 * @param name what the public key is the value of; the error's message begins with it.
 * @throws Error where `key` is not the public half of `pair`: every token issued would be refused.
 */
export function requireSamePair(pair: KeyPair, key: VerificationKey, name: string): void {
  if (!pair.publicKey.equals(key.publicKey)) throw new Error(`${name} must belong to the private key`);
}

/** Makes a fresh pair of the named kind. */
export async function generateKeyPair(kind: 'ed25519' | 'rsa-2048'): Promise<PemPair> {
  const { privateKey, publicKey } =
    kind === 'ed25519'
      ? await promisify(generate)('ed25519')
      : await promisify(generate)('rsa', { modulusLength: MIN_RSA_BITS });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Files and variables that hold one line write line breaks as a backslash and an n. */
const withLineBreaks = (pem: string): string => pem.replaceAll(/(\\r)?\\n/g, '\n').trim();

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyAlgorithm | null {
  switch (asymmetricKeyType) {
    case 'ed25519':
      return 'EdDSA';
    case 'ec':
      return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : null;
    case 'rsa':
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS ? 'RS256' : null;
    default:
      return null;
  }
}
