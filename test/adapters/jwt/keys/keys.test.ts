import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  generateKeyPair,
  type KeyOptions,
  readPrivateKey,
  readPublicKeys,
  requireSamePair,
} from '../../../../src/adapters/jwt/keys/keys.ts';
import { freshPair, pemOf } from '../signed-tokens.ts';

const KINDS = 'Ed25519, P-256, or RSA of at least 2048 bits';
const PUBLIC = 'JWT_PUBLIC_KEY must be a PEM public key';
const PRIVATE = 'JWT_PRIVATE_KEY must be a PEM private key without a passphrase';
const INVALID_PUBLIC = `${PUBLIC} (${KINDS})`;
const INVALID_PRIVATE = `${PRIVATE} (${KINDS})`;
const NEEDS_FLAG = `(${KINDS}; RSA of 512 bits or more needs ALLOW_SHORT_RSA_KEYS=true)`;
const publicKeys = (pem: string, reading?: KeyOptions) => readPublicKeys(pem, 'JWT_PUBLIC_KEY', reading);
const publicKey = (pem: string) => publicKeys(pem)[0]!;
const privateKey = (pem: string, reading?: KeyOptions) => readPrivateKey(pem, 'JWT_PRIVATE_KEY', reading);

/** A self-signed certificate of an Ed25519 key. */
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

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('a key pair for %s', (algorithm) => {
  const generated = freshPair[algorithm]();

  test('is used with that algorithm only', () => {
    expect(publicKey(pemOf(generated.publicKey)).algorithm).toBe(algorithm);
    expect(privateKey(pemOf(generated.privateKey)).algorithm).toBe(algorithm);
  });

  test('has its public key derived from the private one', () => {
    expect(privateKey(pemOf(generated.privateKey)).publicKey.equals(generated.publicKey)).toBe(true);
  });

  test.each(['\\n', '\\r\\n', '\r\n'])('is read with line breaks written as %j', (lineBreak) => {
    const oneLine = (pem: string) => pem.replaceAll('\n', lineBreak);
    expect(publicKey(oneLine(pemOf(generated.publicKey))).publicKey.equals(generated.publicKey)).toBe(true);
    expect(privateKey(oneLine(pemOf(generated.privateKey))).privateKey.equals(generated.privateKey)).toBe(
      true,
    );
  });
});

test('keys in the older forms PKCS #1 and SEC 1 are read', () => {
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
])('a key of the unsupported kind %s', (_kind, generate) => {
  test('is refused, public or private, with an error that names the supported kinds', () => {
    const generated = generate();
    expect(() => publicKey(pemOf(generated.publicKey))).toThrow(INVALID_PUBLIC);
    expect(() => privateKey(pemOf(generated.privateKey))).toThrow(INVALID_PRIVATE);
  });
});

describe.each([512, 1024, 2047])('an RSA key of %d bits', (bits) => {
  const { publicKey: rsaPublic, privateKey: rsaPrivate } = freshPair.RS256(bits);

  test('is refused with an error that names the setting that allows it', () => {
    expect(() => publicKeys(pemOf(rsaPublic))).toThrow(new Error(`${PUBLIC} ${NEEDS_FLAG}`));
    expect(() => privateKey(pemOf(rsaPrivate))).toThrow(new Error(`${PRIVATE} ${NEEDS_FLAG}`));
    expect(() => publicKeys(pemOf(freshPair.EdDSA().publicKey) + pemOf(rsaPublic))).toThrow(NEEDS_FLAG);
  });

  test('is read as a short key when short keys are allowed', () => {
    const allowed = { allowShortRsa: true };
    const short = { algorithm: 'RS256', strength: 'short' };
    expect(publicKeys(pemOf(rsaPublic), allowed)).toMatchObject([short]);
    expect(privateKey(pemOf(rsaPrivate), allowed)).toMatchObject(short);
  });
});

test('an RSA key under 512 bits is refused even when short keys are allowed', () => {
  // OpenSSL reads keys of this size but cannot generate them.
  const n = Buffer.concat([Buffer.of(0x7f), randomBytes(62), Buffer.of(1)]).toString('base64url');
  const tiny = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
  expect(tiny.asymmetricKeyDetails?.modulusLength).toBe(511);
  expect(() => publicKeys(pemOf(tiny), { allowShortRsa: true })).toThrow(new Error(INVALID_PUBLIC));
});

test('every other key is of full strength', () => {
  for (const kind of ['EdDSA', 'ES256', 'RS256'] as const)
    expect(publicKey(pemOf(freshPair[kind]().publicKey)).strength).toBe('full');
});

describe('several public keys', () => {
  const pems = Array.from({ length: 16 }, () => pemOf(freshPair.EdDSA().publicKey));
  const rsa = freshPair.RS256().publicKey;

  test('may be of different kinds, with any text between them', () => {
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

  test('have distinct ids that do not depend on where they are read', () => {
    const ids = publicKeys(pems.join('')).map(({ keyId }) => keyId);
    expect(new Set(ids).size).toBe(16);
    expect(publicKeys(pems.toReversed().join('')).map(({ keyId }) => keyId)).toEqual(ids.toReversed());
    const pair = freshPair.ES256();
    expect(privateKey(pemOf(pair.privateKey)).keyId).toBe(publicKey(pemOf(pair.publicKey)).keyId);
  });

  test('are refused when there are more than 16', () => {
    const seventeen = [...pems, pemOf(rsa)].join('');
    expect(() => publicKeys(seventeen)).toThrow('JWT_PUBLIC_KEY must hold at most 16 public keys');
  });

  test('are refused when one is repeated, even in another form', () => {
    const twice = 'JWT_PUBLIC_KEY must hold each public key once';
    expect(() => publicKeys(pems[0]! + pems[1]! + pems[0]!)).toThrow(twice);
    const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(() => publicKeys(pemOf(rsa) + pkcs1)).toThrow(twice);
  });
});

describe('the text of a public key', () => {
  const generated = freshPair.EdDSA();
  const pem = pemOf(generated.publicKey);

  test.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a damaged PEM', pem.replace('MCow', 'AAAA')],
    ['a cut PEM', pem.slice(0, 60)],
    ['a private key', pemOf(generated.privateKey)],
    ['a public key followed by a private one', pem + pemOf(generated.privateKey)],
    ['a certificate', CERTIFICATE],
    ['a public key followed by a certificate', pem + CERTIFICATE],
    ['a whole PEM followed by a cut one', pem + pem.slice(0, 60)],
    ['a PEM with another label at its end', pem.replace('END PUBLIC', 'END RSA PUBLIC')],
  ])('is not %s', (_what, text) => {
    expect(() => publicKey(text)).toThrow(INVALID_PUBLIC);
  });

  test('must contain the public half of the private key', () => {
    const pair = privateKey(pemOf(generated.privateKey));
    const own = publicKeys(pem);
    const foreign = publicKeys(pemOf(freshPair.EdDSA().publicKey));
    for (const keys of [own, [...own, ...foreign], [...foreign, ...own]])
      expect(() => requireSamePair(pair, keys, 'JWT_PUBLIC_KEY')).not.toThrow();
    expect(() => requireSamePair(pair, foreign, 'JWT_PUBLIC_KEY')).toThrow(
      'JWT_PUBLIC_KEY must belong to the private key',
    );
  });
});

describe('the text of a private key', () => {
  const generated = freshPair.EdDSA();
  const encrypted = generated.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  });

  test.each([
    ['nothing', ''],
    ['garbage', 'hello'],
    ['a public key', pemOf(generated.publicKey)],
    ['encrypted with a passphrase', encrypted.toString()],
  ])('is not %s', (_what, text) => {
    expect(() => privateKey(text)).toThrow(INVALID_PRIVATE);
  });

  test('is not repeated in the error', () => {
    const secret = pemOf(freshPair.RS256(1024).privateKey);
    expect(() => privateKey(secret)).toThrow(new Error(`${PRIVATE} ${NEEDS_FLAG}`));
  });
});

test.each([
  ['ed25519', 'EdDSA'],
  ['rsa-2048', 'RS256'],
] as const)('a generated %s key pair is for %s', async (kind, algorithm) => {
  const pem = await generateKeyPair(kind);
  const pair = privateKey(pem.privateKey);
  expect(pair.algorithm).toBe(algorithm);
  requireSamePair(pair, publicKeys(pem.publicKey), 'JWT_PUBLIC_KEY');
});

test('a generated rsa-512 key pair is a short one for RS256', async () => {
  const pem = await generateKeyPair('rsa-512');
  const allowed = { allowShortRsa: true };
  const pair = privateKey(pem.privateKey, allowed);
  expect(pair).toMatchObject({ algorithm: 'RS256', strength: 'short' });
  expect(pair.publicKey.asymmetricKeyDetails?.modulusLength).toBe(512);
  requireSamePair(pair, publicKeys(pem.publicKey, allowed), 'JWT_PUBLIC_KEY');
});
