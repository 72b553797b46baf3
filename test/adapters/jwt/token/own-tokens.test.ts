import { createHmac } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  check,
  freshKeyPair,
  freshPair,
  NOW,
  OWN_KEY_KINDS,
  pairs,
  pemOf,
  signedToken,
} from '../signed-tokens.ts';

const ME = { sub: 'me', iat: NOW };

describe.each(OWN_KEY_KINDS)('a token signed by %s', (kind) => {
  const pair = pairs[kind];

  test('is accepted by its own key', async () => {
    await expect(check(signedToken(ME, {}, pair), pair)).resolves.toMatchObject({ caller: { userId: 'me' } });
  });

  test('is refused by every other key, one of the same kind and the same kid included', async () => {
    const sameKind = freshKeyPair(kind);
    const others = [...Object.values(pairs).filter((other) => other !== pair), sameKind];
    for (const other of others) await expect(check(signedToken(ME, {}, pair), other)).rejects.toThrow();
    await expect(check(signedToken(ME, {}, pair), ...others)).rejects.toThrow();
    const misnamed = signedToken(ME, { kid: sameKind.keyId }, pair);
    await expect(check(misnamed, sameKind)).rejects.toThrow();
  });

  test('is refused with another algorithm in its header', async () => {
    for (const alg of ['EdDSA', 'ES256', 'RS256', 'RS384', 'PS256', 'Ed25519', 'eddsa', '', null, undefined])
      if (alg !== pair.algorithm) await expect(check(signedToken(ME, { alg }, pair), pair)).rejects.toThrow();
  });

  test('is refused without a signature, with alg none or not', async () => {
    const [header, claims] = signedToken(ME, {}, pair).split('.');
    for (const token of [
      new UnsecuredJWT(ME).encode(),
      signedToken(ME, { alg: 'none' }, pair),
      `${header}.${claims}.`,
    ])
      await expect(check(token, pair)).rejects.toThrow();
  });

  test('is refused when HMAC with the public key as its secret made it', async () => {
    const text = signedToken(ME, { alg: 'HS256' }, pair).split('.').slice(0, 2).join('.');
    for (const secret of [pemOf(pair.publicKey), pemOf(pair.publicKey).trim()]) {
      const mac = createHmac('sha256', secret).update(text).digest('base64url');
      await expect(check(`${text}.${mac}`, pair)).rejects.toThrow();
    }
  });

  describe('among several keys', () => {
    const old = freshKeyPair(kind);
    const keys = [...OWN_KEY_KINDS.map((other) => pairs[other]), old];

    test('is accepted, whichever key it is by and whether it names it or not', async () => {
      for (const signer of [pair, old]) {
        for (const header of [{}, { kid: signer.keyId }])
          await expect(check(signedToken(ME, header, signer), ...keys)).resolves.toBeDefined();
      }
    });

    test('is refused where it names another one: a kid chooses, it does not hint', async () => {
      for (const { keyId } of keys.filter((other) => other !== pair))
        await expect(check(signedToken(ME, { kid: keyId }, pair), ...keys)).rejects.toThrow();
    });

    test.each(['unknown', '', '../keys', 'x'.repeat(5000)])(
      'is refused with the unknown kid %.10j',
      async (kid) => {
        await expect(check(signedToken(ME, { kid }, pair), ...keys)).rejects.toThrow('unknown kid');
      },
    );

    test.each([null, 1, [], {}])('is refused where its kid is no text: %j', async (kid) => {
      await expect(check(signedToken(ME, { kid }, pair), ...keys)).rejects.toThrow('"kid" is not a text');
    });
  });
});

test.each(['RS384', 'RS512', 'PS256'])('RSA keys do not check %s, although they could', async (alg) => {
  const token = await new SignJWT(ME).setProtectedHeader({ alg }).sign(pairs.RS256.privateKey);
  await expect(check(token, pairs.RS256)).rejects.toThrow();
});

describe('a token by a short RSA key', () => {
  const short = pairs['short RS256'];

  test('must be recorded, whatever other keys there are; no other token must', async () => {
    const keys = Object.values(pairs);
    for (const kind of OWN_KEY_KINDS) {
      const { mustBeRecorded } = await check(signedToken(ME, {}, pairs[kind]), ...keys);
      expect(mustBeRecorded).toBe(kind === 'short RS256');
    }
  });

  test.each([
    [undefined, ['agent']],
    ['agent', ['agent']],
    ['agent dashboard', ['agent']],
    ['dashboard', []],
  ])('never opens what is for people: scope %j stands for %j', async (scope, scopes) => {
    const { caller } = await check(signedToken({ ...ME, scope }, {}, short), short);
    expect(caller.scopes).toEqual(scopes);
  });

  test('is checked with 512 to 2047 bits alike', async () => {
    for (const bits of [512, 1024, 2047]) {
      const { privateKey, publicKey } = freshPair.RS256(bits);
      const pair = { ...short, privateKey, publicKey };
      await expect(check(signedToken(ME, {}, pair), pair)).resolves.toMatchObject({ mustBeRecorded: true });
    }
  });
});
