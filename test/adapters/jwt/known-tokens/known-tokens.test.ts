import { describe, expect, test } from 'vitest';
import { JwtVerifier } from '../../../../src/adapters/jwt/jwt-verifier.ts';
import { NOW, pairs, REFUSED, refusalOf, SettableClock, signedToken } from '../signed-tokens.ts';

const keys = [pairs.EdDSA];

describe('a verified token', () => {
  test('is answered synchronously from then on', async () => {
    const verifier = new JwtVerifier({ keys, store: null, clock: new SettableClock() });
    const token = signedToken({ sub: 'me' });
    const first = verifier.verify(token);
    expect(first).toBeInstanceOf(Promise);
    expect(verifier.verify(token)).toBeInstanceOf(Promise);
    const caller = await first;
    expect(verifier.verify(token)).toBe(caller);
  });

  test('is refused 30 s after it expired, as on first sight', async () => {
    const clock = new SettableClock();
    const verifier = new JwtVerifier({ keys, store: null, clock });
    const token = signedToken({ sub: 'me', exp: NOW + 60 });
    const caller = await verifier.verify(token);
    clock.seconds = NOW + 89.999;
    expect(verifier.verify(token)).toBe(caller);
    clock.seconds = NOW + 90;
    expect(await refusalOf(() => verifier.verify(token))).toBe(REFUSED);
    expect(await refusalOf(() => verifier.verify(token))).toBe(REFUSED);
  });

  test('without an expiry time is never refused for its age', async () => {
    const clock = new SettableClock();
    const verifier = new JwtVerifier({ keys, store: null, clock });
    const token = signedToken({ sub: 'me', iat: NOW });
    const caller = await verifier.verify(token);
    clock.seconds = NOW + 10 * 365 * 86_400;
    expect(verifier.verify(token)).toBe(caller);
  });

  test('does not affect the result for another token', async () => {
    const verifier = new JwtVerifier({ keys, store: null, clock: new SettableClock() });
    const token = signedToken({ sub: 'me' });
    await verifier.verify(token);
    expect(await refusalOf(() => verifier.verify(`${token}x`))).toBe(REFUSED);
    await expect(verifier.verify(signedToken({ sub: 'you' }))).resolves.toMatchObject({ userId: 'you' });
  });
});

test('concurrent calls with one new token share one check', async () => {
  const verifier = new JwtVerifier({ keys, store: null, clock: new SettableClock() });
  const token = signedToken({ sub: 'me' });
  const callers = await Promise.all(Array.from({ length: 100 }, () => verifier.verify(token)));
  expect(new Set(callers).size).toBe(1);
});

test('a refused token is checked again, since it may become valid', async () => {
  const clock = new SettableClock();
  const verifier = new JwtVerifier({ keys, store: null, clock });
  const token = signedToken({ sub: 'me', nbf: NOW + 60 });
  const attempts = Array.from({ length: 5 }, () => refusalOf(() => verifier.verify(token)));
  expect(new Set(await Promise.all(attempts))).toEqual(new Set([REFUSED]));
  clock.seconds = NOW + 60;
  await expect(verifier.verify(token)).resolves.toMatchObject({ userId: 'me' });
});

describe('the cache of verified tokens is bounded', () => {
  const tokens = Array.from({ length: 4 }, (_, number) => signedToken({ sub: `user-${number}` }));
  const verifierForThree = () =>
    new JwtVerifier({ keys, store: null, clock: new SettableClock(), maxKnownTokens: 3 });

  test('the least recently used token is dropped first, and then checked again', async () => {
    const verifier = verifierForThree();
    for (const token of tokens.slice(0, 3)) await verifier.verify(token);
    verifier.verify(tokens[0]!);
    await verifier.verify(tokens[3]!);
    const known = tokens.map((token) => !(verifier.verify(token) instanceof Promise));
    expect(known).toEqual([true, false, true, true]);
    await expect(verifier.verify(tokens[1]!)).resolves.toMatchObject({ userId: 'user-1' });
  });

  test('invalid tokens do not push out a valid one', async () => {
    const verifier = verifierForThree();
    const caller = await verifier.verify(tokens[0]!);
    for (let number = 0; number < 10; number++)
      await refusalOf(() => verifier.verify(signedToken({ sub: '', jti: String(number) })));
    expect(verifier.verify(tokens[0]!)).toBe(caller);
  });

  test('it holds 10,000 tokens by default', async () => {
    const verifier = new JwtVerifier({ keys, store: null, clock: new SettableClock() });
    const first = signedToken({ sub: 'first' });
    await verifier.verify(first);
    const others = Array.from({ length: 10_000 }, (_, number) => signedToken({ sub: `user-${number}` }));
    for (const other of others.slice(0, 9_999)) await verifier.verify(other);
    expect(verifier.verify(others[0]!)).not.toBeInstanceOf(Promise);
    await verifier.verify(others[9_999]!);
    expect(verifier.verify(first)).toBeInstanceOf(Promise);
  });
});
