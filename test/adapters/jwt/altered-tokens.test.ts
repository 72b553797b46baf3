import { describe, expect, it } from 'vitest';
import { JwtVerifier } from '../../../src/adapters/jwt/jwt-verifier.ts';
import { freshPair, NOW, pairs, REFUSED, refusalOf, SettableClock, signedToken } from './signed-tokens.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ROUNDS = 700;

/** Mulberry32: the same seed gives the same alterations. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const put = (text: string, at: number, part: string, over = 1) =>
  text.slice(0, at) + part + text.slice(at + over);

/** Ways to alter a token, some of them with a part of another valid one. */
const alterations: readonly ((token: string, other: string, below: (limit: number) => number) => string)[] = [
  function flipBit(token, _other, below) {
    const at = below(token.length);
    return put(token, at, String.fromCharCode(token.charCodeAt(at) ^ (1 << below(8))));
  },
  function flipDecodedBit(token, _other, below) {
    const parts = token.split('.');
    const part = below(3);
    const bytes = Buffer.from(parts[part]!, 'base64url');
    bytes[below(bytes.length)]! ^= 1 << below(8);
    return parts.with(part, bytes.toString('base64url')).join('.');
  },
  (token, _other, below) => put(token, below(token.length), ALPHABET[below(64)]!),
  (token, _other, below) => put(token, below(token.length), ALPHABET[below(64)]!, 0),
  (token, _other, below) => put(token, below(token.length), '', 1 + below(4)),
  (token, _other, below) => token.slice(0, below(token.length)),
  (token, _other, below) => token.slice(1 + below(token.length - 1)),
  (token, _other, below) => token + ALPHABET[below(64)],
  (token, _other, below) => put(token, token.length - 1, ALPHABET[below(64)]!),
  function swapNeighbours(token, _other, below) {
    const at = below(token.length - 1);
    return put(token, at, token[at + 1]! + token[at], 2);
  },
  function swapParts(token, _other, below) {
    const parts = token.split('.');
    return [parts[below(3)], parts[below(3)], parts[below(3)]].join('.');
  },
  function takePart(token, other, below) {
    const part = below(3);
    return token.split('.').with(part, other.split('.')[part]!).join('.');
  },
  function splice(token, other, below) {
    const at = below(Math.min(token.length, other.length));
    return token.slice(0, at) + other.slice(at);
  },
];

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('valid tokens of %s, altered', (algorithm) => {
  it(`${ROUNDS} times by a seed, are refused alike`, async () => {
    const pair = pairs[algorithm];
    const foreign = { algorithm, ...freshPair[algorithm]() };
    const valid = [
      signedToken({ sub: 'me', iat: NOW, jti: 'aaaaaaaaaaaaaaaa' }, {}, pair),
      signedToken({ sub: 'you', iat: NOW, exp: NOW + 60, scope: 'dashboard' }, { typ: 'JWT' }, pair),
    ];
    const others = [...valid, signedToken({ sub: 'root', scope: 'agent dashboard' }, {}, foreign)];
    const verifier = new JwtVerifier({ key: pair, clock: new SettableClock() });
    // Remembered, so that what is remembered is attacked too.
    for (const token of valid) await verifier.verify(token);

    const below = seeded(20_260_801);
    let altered = 0;
    while (altered < ROUNDS) {
      const alter = alterations[altered % alterations.length]!;
      const token = alter(valid[below(valid.length)]!, others[below(others.length)]!, below);
      if (valid.includes(token)) continue;
      altered++;
      expect(await refusalOf(() => verifier.verify(token)), token).toBe(REFUSED);
    }
    for (const token of valid) expect(verifier.verify(token)).not.toBeInstanceOf(Promise);
  });
});
