import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  generateKeyPair,
  readPrivateKey,
  readPublicKey,
  requireSamePair,
} from '../../../src/adapters/jwt/keys.ts';
import { freshPair, pemOf } from './signed-tokens.ts';

const KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const WANT_PUBLIC = `JWT_PUBLIC_KEY must be a PEM public key (${KINDS})`;
const WANT_PRIVATE = `JWT_PRIVATE_KEY must be a PEM private key without a passphrase (${KINDS})`;
const publicKey = (pem: string) => readPublicKey(pem, 'JWT_PUBLIC_KEY');
const privateKey = (pem: string) => readPrivateKey(pem, 'JWT_PRIVATE_KEY');

/** Of an Ed25519 key, self-signed. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhRWPodfwR/zRkjKdKBEDsP8kvpjLTAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAgFw0yNjExMjIxNzEzMTdaGA8yMTI2MTAyOTE3MTMxN1owDDEKMAgG
A1UEAwwBeDAqMAUGAytlcAMhALiEKee/piuIO6nWWIck0OT1XivCzevsFNLyPEOq
6kjvo1MwUTAdBgNVHQ4EFgQUMxuRVCWIsnVAAllOLSrjfeFpcgUwHwYDVR0jBBgw
FoAUMxuRVCWIsnVAAllOLSrjfeFpcgUwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQBgoaxq5ngxIgk+GymPU5GG6+BhHeOOAqCsCVpmZtgapZJxE90c3h6nqUqayy2i
AQv+4e0PCqPYUdHMRU0q5f0F
-----END CERTIFICATE-----
`;

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('a pair for %s', (algorithm) => {
  const made = freshPair[algorithm]();

  it('verifies and signs by that algorithm alone', () => {
    expect(publicKey(pemOf(made.publicKey)).algorithm).toBe(algorithm);
    expect(privateKey(pemOf(made.privateKey)).algorithm).toBe(algorithm);
  });

  it('has its public half derived from the private one', () => {
    expect(privateKey(pemOf(made.privateKey)).publicKey.equals(made.publicKey)).toBe(true);
  });

  it.each(['\\n', '\\r\\n', '\r\n'])('may have its line breaks written as %j', (lineBreak) => {
    const oneLine = (pem: string) => pem.replaceAll('\n', lineBreak);
    expect(publicKey(oneLine(pemOf(made.publicKey))).publicKey.equals(made.publicKey)).toBe(true);
    expect(privateKey(oneLine(pemOf(made.privateKey))).privateKey.equals(made.privateKey)).toBe(true);
  });
});

it('reads the older forms PKCS #1 and SEC 1', () => {
  const rsa = freshPair.RS256();
  expect(publicKey(rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()).algorithm).toBe(
    'RS256',
  );
  expect(privateKey(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()).algorithm).toBe(
    'RS256',
  );
  const ec = freshPair.ES256().privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  expect(privateKey(ec).algorithm).toBe('ES256');
});

describe.each([
  ['RSA of 1024 bits', () => freshPair.RS256(1024)],
  ['RSA of 2047 bits', () => freshPair.RS256(2047)],
  ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
  ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
  ['Ed448', () => generateKeyPairSync('ed448')],
  ['X25519', () => generateKeyPairSync('x25519')],
])('%s', (_kind, make) => {
  it('is refused in both halves, with what it should be', () => {
    const made = make();
    expect(() => publicKey(pemOf(made.publicKey))).toThrow(WANT_PUBLIC);
    expect(() => privateKey(pemOf(made.privateKey))).toThrow(WANT_PRIVATE);
  });
});

describe('a public key', () => {
  const made = freshPair.EdDSA();
  const pem = pemOf(made.publicKey);

  it.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a damaged PEM', pem.replace('MCow', 'AAAA')],
    ['a cut PEM', pem.slice(0, 60)],
    ['a private key', pemOf(made.privateKey)],
    ['a private key behind a public one', pem + pemOf(made.privateKey)],
    ['a certificate', CERTIFICATE],
    ['two public keys', pem + pemOf(freshPair.EdDSA().publicKey)],
  ])('is not %s', (_what, text) => {
    expect(() => publicKey(text)).toThrow(WANT_PUBLIC);
  });

  it('belongs to the private key it stands beside', () => {
    const pair = privateKey(pemOf(made.privateKey));
    expect(() => requireSamePair(pair, publicKey(pem), 'JWT_PUBLIC_KEY')).not.toThrow();
    const foreign = publicKey(pemOf(freshPair.EdDSA().publicKey));
    expect(() => requireSamePair(pair, foreign, 'JWT_PUBLIC_KEY')).toThrow(
      'JWT_PUBLIC_KEY must belong to the private key',
    );
  });
});

describe('a private key', () => {
  const { privateKey: key, publicKey: half } = freshPair.EdDSA();
  const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' });

  it.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a public key', pemOf(half)],
    ['locked by a passphrase', locked.toString()],
  ])('is not %s', (_what, text) => {
    expect(() => privateKey(text)).toThrow(WANT_PRIVATE);
  });

  it('is not in the message of its refusal', () => {
    const secret = pemOf(freshPair.RS256(1024).privateKey);
    expect(() => privateKey(secret)).toThrow(/^[^\n]{1,150}$/);
  });
});

it.each([
  ['ed25519', 'EdDSA'],
  ['rsa-2048', 'RS256'],
] as const)('a generated %s pair is one for %s', async (kind, algorithm) => {
  const pem = await generateKeyPair(kind);
  const pair = privateKey(pem.privateKey);
  expect(pair.algorithm).toBe(algorithm);
  requireSamePair(pair, publicKey(pem.publicKey), 'JWT_PUBLIC_KEY');
});
