import { describe, expect, test } from 'vitest';
import { OwnTokens } from '../../../../src/adapters/jwt/token/own-tokens.ts';
import {
  check,
  freshKeyPair,
  NOW,
  OWN_KEY_KINDS,
  type OwnKeyKind,
  pairs,
  signedToken,
} from '../signed-tokens.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Altered tokens for each kind of key; 10,000 in all. */
const ROUNDS = 2_500;

/** Returns a random number generator (Mulberry32), so that the same seed gives the same alterations. */
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

/** Ways to alter a token. Some take a part of another valid token. */
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

describe.each(OWN_KEY_KINDS)('valid tokens signed with %s', (kind) => {
  test(`are refused in ${ROUNDS} altered versions`, async () => {
    const pair = pairs[kind];
    const valid = [
      signedToken({ sub: 'me', iat: NOW, jti: 'aaaaaaaaaaaaaaaa' }, {}, pair),
      signedToken({ sub: 'you', iat: NOW, exp: NOW + 60, scope: 'dashboard' }, { typ: 'JWT' }, pair),
      signedToken({ sub: 'her', iat: NOW }, { kid: pair.keyId }, pair),
    ];
    const foreign = [freshKeyPair(kind), ...Object.values(pairs).filter((other) => other !== pair)];
    const others = [...valid, ...foreign.map((key) => signedToken({ sub: 'root', iat: NOW }, {}, key))];
    const own = new OwnTokens([pair]);
    const now = new Date(NOW * 1000);

    const below = seeded(20_260_801);
    const accepted: string[] = [];
    let altered = 0;
    while (altered < ROUNDS) {
      const alter = alterations[altered % alterations.length]!;
      const token = alter(valid[below(valid.length)]!, others[below(others.length)]!, below);
      if (valid.includes(token)) continue;
      altered++;
      await own.check(token, now).then(
        () => accepted.push(token),
        () => {},
      );
    }
    expect(accepted).toEqual([]);
    for (const token of valid) await expect(own.check(token, now)).resolves.toBeDefined();
  });
});

/** The same signature with another value of its number `s`, which is mathematically as valid as the first. */
describe('a second form of a signature', () => {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const bytesOf = (value: bigint, length: number) =>
    Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');

  /** Signs a token and returns it in both forms of its signature. */
  function forms(kind: OwnKeyKind, otherForm: (signature: Buffer) => Buffer) {
    const token = signedToken({ sub: 'me', iat: NOW, jti: 'x' }, {}, pairs[kind]);
    const end = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(end), 'base64url');
    const other = token.slice(0, end) + otherForm(signature).toString('base64url');
    expect(other).not.toBe(token);
    return { token, other };
  }

  test('of Ed25519 is refused', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const { other } = forms('EdDSA', (signature) => {
      const s = number(signature.subarray(32).toReversed()) + order;
      return Buffer.concat([signature.subarray(0, 32), bytesOf(s, 32).toReversed()]);
    });
    await expect(check(other, pairs.EdDSA)).rejects.toThrow();
  });

  test.each(['RS256', 'short RS256'] as const)('of %s is refused', async (kind) => {
    const { publicKey } = pairs[kind];
    const modulus = number(Buffer.from(publicKey.export({ format: 'jwk' }).n!, 'base64url'));
    const length = publicKey.asymmetricKeyDetails!.modulusLength! / 8;
    for (const otherForm of [
      (signature: Buffer) => bytesOf(number(signature) + modulus, length),
      (signature: Buffer) => Buffer.concat([Buffer.alloc(1), signature]),
    ]) {
      const { other } = forms(kind, otherForm);
      await expect(check(other, pairs[kind])).rejects.toThrow();
    }
  });

  // Refusing it would refuse half of the tokens that other signers make. It grants no more than the first
  // form, but it has another hash: a lookup by token hash alone does not find it.
  test('of ES256 is accepted, with the same claims and the same id', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const { token, other } = forms('ES256', (signature) =>
      Buffer.concat([signature.subarray(0, 32), bytesOf(order - number(signature.subarray(32)), 32)]),
    );
    expect(await check(other, pairs.ES256)).toEqual(await check(token, pairs.ES256));
  });
});
