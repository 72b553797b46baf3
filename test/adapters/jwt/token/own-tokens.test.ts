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

describe.each(OWN_KEY_KINDS)('a token signed with %s', (kind) => {
  const pair = pairs[kind];

  test('is accepted by its own key', async () => {
    await expect(check(signedToken(ME, {}, pair), pair)).resolves.toMatchObject({ caller: { userId: 'me' } });
  });

  test('is refused by every other key, even one of the same kind that the token names', async () => {
    const sameKind = freshKeyPair(kind);
    const others = [...Object.values(pairs).filter((other) => other !== pair), sameKind];
    for (const other of others) await expect(check(signedToken(ME, {}, pair), other)).rejects.toThrow();
    await expect(check(signedToken(ME, {}, pair), ...others)).rejects.toThrow();
    const misnamed = signedToken(ME, { kid: sameKind.keyId }, pair);
    await expect(check(misnamed, sameKind)).rejects.toThrow();
  });

  test('is refused when its header names another algorithm', async () => {
    for (const alg of ['EdDSA', 'ES256', 'RS256', 'RS384', 'PS256', 'Ed25519', 'eddsa', '', null, undefined])
      if (alg !== pair.algorithm) await expect(check(signedToken(ME, { alg }, pair), pair)).rejects.toThrow();
  });

  test('is refused without a signature, whether alg is none or not', async () => {
    const [header, claims] = signedToken(ME, {}, pair).split('.');
    for (const token of [
      new UnsecuredJWT(ME).encode(),
      signedToken(ME, { alg: 'none' }, pair),
      `${header}.${claims}.`,
    ])
      await expect(check(token, pair)).rejects.toThrow();
  });

  test('is refused when it was made by HMAC with the public key as secret', async () => {
    const text = signedToken(ME, { alg: 'HS256' }, pair).split('.').slice(0, 2).join('.');
    for (const secret of [pemOf(pair.publicKey), pemOf(pair.publicKey).trim()]) {
      const mac = createHmac('sha256', secret).update(text).digest('base64url');
      await expect(check(`${text}.${mac}`, pair)).rejects.toThrow();
    }
  });

  describe('on a server with several keys', () => {
    const old = freshKeyPair(kind);
    const keys = [...OWN_KEY_KINDS.map((other) => pairs[other]), old];

    test('is accepted by any of the keys, whether it names its key or not', async () => {
      for (const signer of [pair, old]) {
        for (const header of [{}, { kid: signer.keyId }])
          await expect(check(signedToken(ME, header, signer), ...keys)).resolves.toBeDefined();
      }
    });

    test('is refused when it names another of the keys', async () => {
      for (const { keyId } of keys.filter((other) => other !== pair))
        await expect(check(signedToken(ME, { kid: keyId }, pair), ...keys)).rejects.toThrow();
    });

    test.each(['unknown', '', '../keys', 'x'.repeat(5000)])(
      'is refused with the unknown kid %.10j',
      async (kid) => {
        await expect(check(signedToken(ME, { kid }, pair), ...keys)).rejects.toThrow('unknown kid');
      },
    );

    test.each([null, 1, [], {}])('is refused when its kid is not a text: %j', async (kid) => {
      await expect(check(signedToken(ME, { kid }, pair), ...keys)).rejects.toThrow('"kid" is not a text');
    });
  });
});

test.each(['RS384', 'RS512', 'PS256'])(
  'a %s signature of an RSA key is refused, although the key fits',
  async (alg) => {
    const token = await new SignJWT(ME).setProtectedHeader({ alg }).sign(pairs.RS256.privateKey);
    await expect(check(token, pairs.RS256)).rejects.toThrow();
  },
);

describe('a token signed with a short RSA key', () => {
  const short = pairs['short RS256'];

  test('is the only kind that must be recorded, whatever other keys there are', async () => {
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
  ])('never has the dashboard scope: scope %j grants %j', async (scope, scopes) => {
    const { caller } = await check(signedToken({ ...ME, scope }, {}, short), short);
    expect(caller.scopes).toEqual(scopes);
  });

  test('is checked in the same way from 512 to 2047 bits', async () => {
    for (const bits of [512, 1024, 2047]) {
      const { privateKey, publicKey } = freshPair.RS256(bits);
      const pair = { ...short, privateKey, publicKey };
      await expect(check(signedToken(ME, {}, pair), pair)).resolves.toMatchObject({ mustBeRecorded: true });
    }
  });
});
