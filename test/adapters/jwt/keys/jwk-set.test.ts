import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { jwkSetOf } from '../../../../src/adapters/jwt/keys/jwk-set.ts';
import { NOW, pairs, signedToken } from '../signed-tokens.ts';

const { EdDSA, ES256, RS256, 'short RS256': short } = pairs;

test('each key of full strength is published with the parameters of its kind, and nothing else', () => {
  const [ed, ec, rsa] = jwkSetOf([EdDSA, ES256, RS256]).keys;
  const text = expect.stringMatching(/^[\w-]+$/);
  const common = (keyId: string, alg: string) => ({ kid: keyId, alg, use: 'sig' });
  expect(ed).toEqual({ kty: 'OKP', crv: 'Ed25519', x: text, ...common(EdDSA.keyId, 'EdDSA') });
  expect(ec).toEqual({ kty: 'EC', crv: 'P-256', x: text, y: text, ...common(ES256.keyId, 'ES256') });
  expect(rsa).toEqual({ kty: 'RSA', n: text, e: 'AQAB', ...common(RS256.keyId, 'RS256') });
});

test('a short RSA key is never published', () => {
  expect(jwkSetOf([short])).toEqual({ keys: [] });
  expect(jwkSetOf([EdDSA, short, RS256]).keys.map(({ kid }) => kid)).toEqual([EdDSA.keyId, RS256.keyId]);
});

test('a private key passed by mistake is not published', () => {
  const { keys } = jwkSetOf([{ ...EdDSA, publicKey: EdDSA.privateKey }]);
  expect(keys[0]).not.toHaveProperty('d');
});

test('other servers can verify our tokens with the published keys', async () => {
  const keySet = createLocalJWKSet({ keys: jwkSetOf([EdDSA, ES256, RS256]).keys.map((key) => ({ ...key })) });
  for (const pair of [EdDSA, ES256, RS256]) {
    const token = signedToken({ sub: 'me', iat: NOW }, { kid: pair.keyId }, pair);
    const { payload } = await jwtVerify(token, keySet, { algorithms: [pair.algorithm] });
    expect(payload.sub).toBe('me');
  }
});

test('key ids are the first 8 characters of the thumbprint', async () => {
  for (const pair of [EdDSA, ES256, RS256, short]) {
    const thumbprint = await calculateJwkThumbprint(pair.publicKey.export({ format: 'jwk' }));
    expect(pair.keyId).toBe(thumbprint.slice(0, 8));
  }
});
