import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  generateKeyPair,
  type KeyReading,
  readPrivateKey,
  readPublicKeys,
  requireSamePair,
} from '../../../../src/adapters/jwt/keys/keys.ts';
import { freshPair, pemOf } from '../signed-tokens.ts';

const KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const PUBLIC = 'JWT_PUBLIC_KEY must be a PEM public key';
const PRIVATE = 'JWT_PRIVATE_KEY must be a PEM private key without a passphrase';
const WANT_PUBLIC = `${PUBLIC} (${KINDS})`;
const WANT_PRIVATE = `${PRIVATE} (${KINDS})`;
const NEEDS_FLAG = `(${KINDS}; RSA of 512 bits or more needs ALLOW_SHORT_RSA_KEYS=true)`;
const publicKeys = (pem: string, reading?: KeyReading) => readPublicKeys(pem, 'JWT_PUBLIC_KEY', reading);
const publicKey = (pem: string) => publicKeys(pem)[0]!;
const privateKey = (pem: string, reading?: KeyReading) => readPrivateKey(pem, 'JWT_PRIVATE_KEY', reading);

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

  test('verifies and signs by that algorithm alone', () => {
    expect(publicKey(pemOf(made.publicKey)).algorithm).toBe(algorithm);
    expect(privateKey(pemOf(made.privateKey)).algorithm).toBe(algorithm);
  });

  test('has its public half derived from the private one', () => {
    expect(privateKey(pemOf(made.privateKey)).publicKey.equals(made.publicKey)).toBe(true);
  });

  test.each(['\\n', '\\r\\n', '\r\n'])('may have its line breaks written as %j', (lineBreak) => {
    const oneLine = (pem: string) => pem.replaceAll('\n', lineBreak);
    expect(publicKey(oneLine(pemOf(made.publicKey))).publicKey.equals(made.publicKey)).toBe(true);
    expect(privateKey(oneLine(pemOf(made.privateKey))).privateKey.equals(made.privateKey)).toBe(true);
  });
});

test('reads the older forms PKCS #1 and SEC 1', () => {
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
  ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
  ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
  ['Ed448', () => generateKeyPairSync('ed448')],
  ['X25519', () => generateKeyPairSync('x25519')],
])('%s', (_kind, make) => {
  test('is refused in both halves, with what it should be', () => {
    const made = make();
    expect(() => publicKey(pemOf(made.publicKey))).toThrow(WANT_PUBLIC);
    expect(() => privateKey(pemOf(made.privateKey))).toThrow(WANT_PRIVATE);
  });
});

describe.each([512, 1024, 2047])('RSA of %d bits', (bits) => {
  const { publicKey: half, privateKey: key } = freshPair.RS256(bits);

  test('is refused, with what it needs', () => {
    expect(() => publicKeys(pemOf(half))).toThrow(new Error(`${PUBLIC} ${NEEDS_FLAG}`));
    expect(() => privateKey(pemOf(key))).toThrow(new Error(`${PRIVATE} ${NEEDS_FLAG}`));
    expect(() => publicKeys(pemOf(freshPair.EdDSA().publicKey) + pemOf(half))).toThrow(NEEDS_FLAG);
  });

  test('is a short key where those are allowed', () => {
    const allowed = { allowShortRsa: true };
    const short = { algorithm: 'RS256', strength: 'short' };
    expect(publicKeys(pemOf(half), allowed)).toMatchObject([short]);
    expect(privateKey(pemOf(key), allowed)).toMatchObject(short);
  });
});

test('RSA under 512 bits is refused, also where short keys are allowed', () => {
  // OpenSSL reads such keys, but makes none.
  const n = Buffer.concat([Buffer.of(0x7f), randomBytes(62), Buffer.of(1)]).toString('base64url');
  const tiny = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
  expect(tiny.asymmetricKeyDetails?.modulusLength).toBe(511);
  expect(() => publicKeys(pemOf(tiny), { allowShortRsa: true })).toThrow(new Error(WANT_PUBLIC));
});

test('every other key is of full strength', () => {
  for (const kind of ['EdDSA', 'ES256', 'RS256'] as const)
    expect(publicKey(pemOf(freshPair[kind]().publicKey)).strength).toBe('full');
});

describe('several public keys', () => {
  const pems = Array.from({ length: 16 }, () => pemOf(freshPair.EdDSA().publicKey));
  const rsa = freshPair.RS256().publicKey;

  test('stand one after another, of any kind, with whatever between them', () => {
    const mixed = [pems[0]!, pemOf(freshPair.ES256().publicKey), pemOf(rsa)];
    for (const between of ['', '\n', '\n\nthe next one:\n'])
      expect(publicKeys(mixed.join(between)).map(({ algorithm }) => algorithm)).toEqual([
        'EdDSA',
        'ES256',
        'RS256',
      ]);
    const oneLine = mixed.join('').replaceAll('\n', '\\n');
    expect(publicKeys(oneLine)).toHaveLength(3);
  });

  test('have ids that tell them apart, the same wherever they are read', () => {
    const ids = publicKeys(pems.join('')).map(({ keyId }) => keyId);
    expect(new Set(ids).size).toBe(16);
    expect(publicKeys(pems.toReversed().join('')).map(({ keyId }) => keyId)).toEqual(ids.toReversed());
    const pair = freshPair.ES256();
    expect(privateKey(pemOf(pair.privateKey)).keyId).toBe(publicKey(pemOf(pair.publicKey)).keyId);
  });

  test('are 16 at most', () => {
    const seventeen = [...pems, pemOf(rsa)].join('');
    expect(() => publicKeys(seventeen)).toThrow('JWT_PUBLIC_KEY must hold at most 16 public keys');
  });

  test('are no key twice, whatever its form', () => {
    const twice = 'JWT_PUBLIC_KEY must hold each public key once';
    expect(() => publicKeys(pems[0]! + pems[1]! + pems[0]!)).toThrow(twice);
    const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(() => publicKeys(pemOf(rsa) + pkcs1)).toThrow(twice);
  });
});

describe('a public key', () => {
  const made = freshPair.EdDSA();
  const pem = pemOf(made.publicKey);

  test.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a damaged PEM', pem.replace('MCow', 'AAAA')],
    ['a cut PEM', pem.slice(0, 60)],
    ['a private key', pemOf(made.privateKey)],
    ['a private key behind a public one', pem + pemOf(made.privateKey)],
    ['a certificate', CERTIFICATE],
    ['a certificate behind a public key', pem + CERTIFICATE],
    ['a cut PEM behind a whole one', pem + pem.slice(0, 60)],
    ['one with another label at its end', pem.replace('END PUBLIC', 'END RSA PUBLIC')],
  ])('is not %s', (_what, text) => {
    expect(() => publicKey(text)).toThrow(WANT_PUBLIC);
  });

  test('belongs to the private key it stands beside', () => {
    const pair = privateKey(pemOf(made.privateKey));
    const own = publicKeys(pem);
    const foreign = publicKeys(pemOf(freshPair.EdDSA().publicKey));
    for (const keys of [own, [...own, ...foreign], [...foreign, ...own]])
      expect(() => requireSamePair(pair, keys, 'JWT_PUBLIC_KEY')).not.toThrow();
    expect(() => requireSamePair(pair, foreign, 'JWT_PUBLIC_KEY')).toThrow(
      'JWT_PUBLIC_KEY must belong to the private key',
    );
  });
});

describe('a private key', () => {
  const { privateKey: key, publicKey: half } = freshPair.EdDSA();
  const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' });

  test.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a public key', pemOf(half)],
    ['locked by a passphrase', locked.toString()],
  ])('is not %s', (_what, text) => {
    expect(() => privateKey(text)).toThrow(WANT_PRIVATE);
  });

  test('is not in the message of its refusal', () => {
    const secret = pemOf(freshPair.RS256(1024).privateKey);
    expect(() => privateKey(secret)).toThrow(new Error(`${PRIVATE} ${NEEDS_FLAG}`));
  });
});

test.each([
  ['ed25519', 'EdDSA'],
  ['rsa-2048', 'RS256'],
] as const)('a generated %s pair is one for %s', async (kind, algorithm) => {
  const pem = await generateKeyPair(kind);
  const pair = privateKey(pem.privateKey);
  expect(pair.algorithm).toBe(algorithm);
  requireSamePair(pair, publicKeys(pem.publicKey), 'JWT_PUBLIC_KEY');
});

test('a generated rsa-512 pair is a short one for RS256', async () => {
  const pem = await generateKeyPair('rsa-512');
  const allowed = { allowShortRsa: true };
  const pair = privateKey(pem.privateKey, allowed);
  expect(pair).toMatchObject({ algorithm: 'RS256', strength: 'short' });
  expect(pair.publicKey.asymmetricKeyDetails?.modulusLength).toBe(512);
  requireSamePair(pair, publicKeys(pem.publicKey, allowed), 'JWT_PUBLIC_KEY');
});
