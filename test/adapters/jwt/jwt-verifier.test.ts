import { createHmac } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/adapters/jwt/keys.ts';
import {
  freshPair,
  NOW,
  pairs,
  pemOf,
  REFUSED,
  refusalOf,
  signedToken,
  signText,
  verifierOf,
} from './signed-tokens.ts';

const ME = { sub: 'me', iat: NOW };
const verify = async (token: string, pair?: KeyPair) => verifierOf(pair).verify(token);
const refusal = (token: string, pair?: KeyPair) => refusalOf(() => verifierOf(pair).verify(token));

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('a token signed with %s', (algorithm) => {
  const pair = pairs[algorithm];
  const token = () =>
    new SignJWT(ME).setProtectedHeader({ alg: algorithm, typ: 'JWT' }).sign(pair.privateKey);

  it('is accepted by its own key', async () => {
    await expect(verify(await token(), pair)).resolves.toMatchObject({ userId: 'me' });
  });

  it('is refused by every other key', async () => {
    const others = Object.values(pairs).filter((other) => other !== pair);
    const sameKind = { ...pair, ...freshPair[algorithm]() };
    for (const other of [...others, sameKind]) expect(await refusal(await token(), other)).toBe(REFUSED);
  });
});

describe('the algorithm', () => {
  const { privateKey, publicKey } = pairs.RS256;

  it('is never none', async () => {
    expect(await refusal(new UnsecuredJWT({ sub: 'me' }).encode())).toBe(REFUSED);
    expect(await refusal(signedToken(ME, { alg: 'none' }))).toBe(REFUSED);
  });

  it('is never HMAC with the public key as its secret', async () => {
    for (const pair of Object.values(pairs)) {
      const text = signedToken(ME, { alg: 'HS256' }, pair).split('.').slice(0, 2).join('.');
      const mac = createHmac('sha256', pemOf(pair.publicKey)).update(text).digest('base64url');
      expect(await refusal(`${text}.${mac}`, pair)).toBe(REFUSED);
    }
  });

  it.each(['RS384', 'RS512', 'PS256'])('is not %s, although the key could', async (alg) => {
    const token = await new SignJWT(ME).setProtectedHeader({ alg }).sign(privateKey);
    expect(await refusal(token, { algorithm: 'RS256', privateKey, publicKey })).toBe(REFUSED);
  });

  it.each(['Ed25519', 'eddsa', '', null, undefined])('is not written %j', async (alg) => {
    expect(await refusal(signedToken(ME, { alg }))).toBe(REFUSED);
  });
});

describe('clocks may differ by 30 s', () => {
  it.each([
    ['exp', NOW + 1, true],
    ['exp', NOW - 29, true],
    ['exp', NOW - 30, false],
    ['exp', NOW - 3600, false],
    ['nbf', NOW + 30, true],
    ['nbf', NOW + 31, false],
    ['iat', NOW + 30, true],
    ['iat', NOW + 31, false],
    ['iat', NOW - 400 * 86_400, true],
  ])('%s %d: %s', async (claim, seconds, accepted) => {
    const token = signedToken({ ...ME, [claim]: seconds });
    if (accepted) await expect(verify(token)).resolves.toMatchObject({ userId: 'me' });
    else expect(await refusal(token)).toBe(REFUSED);
  });

  it.each(['exp', 'nbf', 'iat'])('%s is a number or absent', async (claim) => {
    for (const wrong of [String(NOW), null, true, [NOW], {}])
      expect(await refusal(signedToken({ ...ME, [claim]: wrong }))).toBe(REFUSED);
  });

  it.each(['1e999', '1e300', String(NOW * 1000)])('exp %s is no time in seconds', async (exp) => {
    expect(await refusal(signedToken(`{"sub":"me","exp":${exp}}`))).toBe(REFUSED);
  });
});

describe('the subject', () => {
  it.each(['', null, 42, true, { me: 1 }, undefined])('is not %j', async (sub) => {
    expect(await refusal(signedToken({ iat: NOW, sub }))).toBe(REFUSED);
  });

  it('is not a list', async () => {
    expect(await refusal(signedToken({ iat: NOW, sub: ['me'] }))).toBe(REFUSED);
  });

  it('has at most 255 characters', async () => {
    await expect(verify(signedToken({ sub: 'x'.repeat(255) }))).resolves.toBeDefined();
    expect(await refusal(signedToken({ sub: 'x'.repeat(256) }))).toBe(REFUSED);
  });

  it.each(['a\\u0000b', '\\ud800', 'x\\udc00'])('has no NUL and no lone surrogate: %s', async (sub) => {
    expect(await refusal(signedToken(`{"sub":"${sub}"}`))).toBe(REFUSED);
  });
});

describe('the scope', () => {
  it.each([
    [undefined, ['agent']],
    ['agent', ['agent']],
    ['dashboard', ['dashboard']],
    ['dashboard agent agent', ['agent', 'dashboard']],
    ['openid  dashboard', ['dashboard']],
    ['AGENT agents', []],
    ['', []],
  ])('%j stands for %j', async (scope, scopes) => {
    expect((await verify(signedToken({ ...ME, scope }))).scopes).toEqual(scopes);
  });

  it.each([null, 1, ['agent'], {}].map((scope) => [scope]))('is not %j', async (scope) => {
    expect(await refusal(signedToken({ ...ME, scope }))).toBe(REFUSED);
  });
});

describe('the caller', () => {
  it('has what the claims say', async () => {
    const claims = {
      sub: 'me',
      exp: NOW + 60,
      scope: 'agent dashboard',
      email: 'me@example.com',
      name: 'Me',
    };
    expect(await verify(signedToken(claims))).toEqual({
      userId: 'me',
      scopes: ['agent', 'dashboard'],
      expiresAt: new Date((NOW + 60) * 1000),
      email: 'me@example.com',
      displayName: 'Me',
    });
  });

  it('has null where a claim is absent or no text', async () => {
    const nothing = { expiresAt: null, email: null, displayName: null };
    expect(await verify(signedToken({ sub: 'me' }))).toMatchObject(nothing);
    expect(await verify(signedToken({ sub: 'me', email: 1, name: ['Me'] }))).toMatchObject(nothing);
    expect(await verify(signedToken('{"sub":"me","email":"\\u0000","name":"\\ud800"}'))).toMatchObject(
      nothing,
    );
  });

  it('is not bound by issuer and audience: those are for identity providers', async () => {
    const token = signedToken({ ...ME, iss: 'https://elsewhere.example', aud: ['other'], jti: 'x' });
    await expect(verify(token)).resolves.toMatchObject({ userId: 'me' });
  });
});

describe('the header', () => {
  it.each(['jku', 'x5u', 'jwk', 'x5c'])('brings no key of its own: %s', async (name) => {
    for (const value of ['https://evil.example/keys', pairs.EdDSA.publicKey.export({ format: 'jwk' }), null])
      expect(await refusal(signedToken(ME, { [name]: value }))).toBe(REFUSED);
  });

  it('names no key: ours have no ids', async () => {
    expect(await refusal(signedToken(ME, { kid: 'unknown' }))).toBe(REFUSED);
  });

  it.each([
    { crit: ['urn:example:exp'], 'urn:example:exp': 1 },
    { crit: ['b64'], b64: false },
    { crit: ['exp'] },
    { crit: [] },
    { crit: 'exp' },
    { crit: null },
  ])('demands nothing unknown: %j', async (header) => {
    expect(await refusal(signedToken(ME, header))).toBe(REFUSED);
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('may have the type %s', async (typ) => {
    await expect(verify(signedToken(ME, { typ }))).resolves.toBeDefined();
  });

  it.each(['logout+jwt', 'dpop+jwt', 'JOSE', '', 1, null])('has no other type: %j', async (typ) => {
    expect(await refusal(signedToken(ME, { typ }))).toBe(REFUSED);
  });
});

describe('a token has one reading', () => {
  it.each([
    '{"sub":"me","sub":"you"}',
    '{"sub":"me","s\\u0075b":"you"}',
    '{"sub":"me","scope":"agent","x":{"sub":1},"scope":"dashboard"}',
    '{"sub":"me","exp":1,"exp":9999999999}',
    '{"sub":"me","x":"\\"}","x":1}',
  ])('no claim twice: %s', async (claims) => {
    expect(await refusal(signedToken(claims))).toBe(REFUSED);
  });

  it('no header parameter twice', async () => {
    expect(await refusal(signedToken(ME, '{"alg":"none","alg":"EdDSA"}'))).toBe(REFUSED);
    expect(await refusal(signedToken(ME, '{"alg":"EdDSA","\\u0061lg":"EdDSA"}'))).toBe(REFUSED);
  });

  it('the same name may stand in different objects, and as a value', async () => {
    const claims =
      '{"a":{"sub":1,"x":[{"sub":2},{"sub":3}]},"b":["sub","sub"],"c":"sub","sub":"me" , "d":"\\",:"}';
    await expect(verify(signedToken(claims))).resolves.toMatchObject({ userId: 'me' });
  });

  it.each(['null', '"me"', '[{"sub":"me"}]', '{"sub":"me"', '{"sub":"me"}{}', '', '\u{feff}{"sub":"me"}'])(
    'claims are one JSON object: %j',
    async (claims) => {
      expect(await refusal(signedToken(claims))).toBe(REFUSED);
    },
  );

  it('claims are UTF-8', async () => {
    expect(await refusal(signedToken(Buffer.from('{"sub":"m\xe9"}', 'latin1')))).toBe(REFUSED);
    await expect(verify(signedToken('{"sub":"mé"}'))).resolves.toMatchObject({ userId: 'mé' });
  });

  it('every part is canonical base64url, also where the signature covers what it is', async () => {
    const pad = '{"alg":"EdDSA" }';
    const [header, claims] = [pad, '{"sub":"me"}  '].map((text) => Buffer.from(text).toString('base64url'));
    const sign = (text: string) => signText(text, pairs.EdDSA);
    await expect(verify(sign(`${header}.${claims}`))).resolves.toBeDefined();
    const lastBits = (part: string) =>
      part.slice(0, -1) + String.fromCharCode(part.charCodeAt(part.length - 1) + 1);
    for (const odd of [
      (part: string) => `${part}==`,
      (part: string) => `${part}=`,
      (part: string) => ` ${part}`,
      (part: string) => `${part}\n`,
      (part: string) => `${part.slice(0, 4)}*${part.slice(4)}`,
      lastBits,
    ]) {
      const token = sign(`${header}.${claims}`);
      const signature = token.split('.')[2]!;
      expect(await refusal(sign(`${odd(header!)}.${claims}`))).toBe(REFUSED);
      expect(await refusal(sign(`${header}.${odd(claims!)}`))).toBe(REFUSED);
      expect(await refusal(`${header}.${claims}.${odd(signature)}`)).toBe(REFUSED);
    }
  });

  it('plus and slash are not minus and underscore', async () => {
    const claims = Buffer.from('{"sub":"me","x":"~~~???>>>"}').toString('base64url');
    const header = Buffer.from('{"alg":"EdDSA"}').toString('base64url');
    const odd = claims.replaceAll('-', '+').replaceAll('_', '/');
    expect(odd).not.toBe(claims);
    await expect(verify(signText(`${header}.${claims}`, pairs.EdDSA))).resolves.toBeDefined();
    expect(await refusal(signText(`${header}.${odd}`, pairs.EdDSA))).toBe(REFUSED);
  });

  it('it has three parts', async () => {
    const token = signedToken(ME);
    const [header, claims, signature] = token.split('.');
    for (const odd of [
      '',
      '.',
      '..',
      'hello',
      `${header}.${claims}`,
      `${header}.${claims}.`,
      `${header}..${signature}`,
      `.${claims}.${signature}`,
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
      ` ${token}`,
      `${token}\n`,
      `${token}\0`,
      `Bearer ${token}`,
    ])
      expect(await refusal(odd)).toBe(REFUSED);
  });
});

it('a token is at most 8 KB long', async () => {
  const ofLength = (bytes: number) => signedToken({ sub: 'me', x: 'x'.repeat(bytes) });
  const fixed = ofLength(0).length;
  const fits = ofLength(Math.floor((8192 - fixed) / 4) * 3);
  expect(fits.length).toBeGreaterThan(8180);
  expect(fits.length).toBeLessThanOrEqual(8192);
  await expect(verify(fits)).resolves.toBeDefined();
  expect(await refusal(ofLength(6200))).toBe(REFUSED);
  expect(await refusal('x'.repeat(50_000_000))).toBe(REFUSED);
});

it('JSON nested as deep as a token can hold is refused or accepted, and nothing else happens', async () => {
  const deep = (levels: number) => `{"sub":"me","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  await expect(verify(signedToken(deep(3000)))).resolves.toBeDefined();
  expect(await refusal(signedToken('['.repeat(6000)))).toBe(REFUSED);
});
