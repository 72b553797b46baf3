import { expect, test } from 'vitest';
import type { KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { NOW, pairs, REFUSED, refusalOf, signedToken, verifierOf } from './signed-tokens.ts';

const ME = { sub: 'me', iat: NOW };
const verify = async (token: string, pair?: KeyPair) => verifierOf(pair).verify(token);
const refusal = (token: string, pair?: KeyPair) => refusalOf(() => verifierOf(pair).verify(token));

test.each([
  ['an unknown crit', signedToken(ME, { crit: ['exp'] })],
  ['an unknown key id', signedToken(ME, { kid: 'unknown' })],
  ['a wrong signature', signedToken(ME, {}, pairs.ES256)],
  ['wrong claims', signedToken({ ...ME, sub: '' })],
  ['its age', signedToken({ ...ME, exp: NOW - 30 })],
  ['not being a JWT', 'hello'],
])('a token is refused with the same error for every reason: %s', async (_reason, token) => {
  expect(await refusal(token)).toBe(REFUSED);
});

test('a token longer than 8 KB is refused', async () => {
  for (const pair of Object.values(pairs).filter(({ strength }) => strength === 'full')) {
    const ofLength = (bytes: number) => signedToken({ sub: 'me', x: 'x'.repeat(bytes) }, {}, pair);
    const fixed = ofLength(0).length;
    const fits = ofLength(Math.floor((8192 - fixed) / 4) * 3);
    expect(fits.length).toBeGreaterThan(8180);
    expect(fits.length).toBeLessThanOrEqual(8192);
    await expect(verify(fits, pair)).resolves.toBeDefined();
    expect(await refusal(ofLength(6200), pair)).toBe(REFUSED);
    expect(await refusal('x'.repeat(50_000_000), pair)).toBe(REFUSED);
  }
});

test('JSON nested as deeply as a token can hold does no harm', async () => {
  const deep = (levels: number) => `{"sub":"me","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  await expect(verify(signedToken(deep(3000)))).resolves.toBeDefined();
  expect(await refusal(signedToken('['.repeat(6000)))).toBe(REFUSED);
});
