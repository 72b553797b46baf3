import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readPrivateKey } from '../../../src/adapters/jwt/keys/keys.ts';
import { pemOf, signedToken, signText } from '../../adapters/jwt/signed-tokens.ts';
import type { TestTokens } from '../support/test-tokens.ts';
import type { BadInput } from './bad-inputs.ts';
import { rawRequest, withHeaders } from './raw-request.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Returns requests with tokens that must be refused. All of them get the same answer. */
export async function tokenInputs(tokens: TestTokens): Promise<BadInput[]> {
  const { pair } = tokens;
  const now = Math.floor(Date.now() / 1000);
  const good = { sub: 'ada', iat: now };
  const signed = (claims: object | string, header: object = {}) => signedToken(claims, header, pair);
  const publicPem = pemOf(createPublicKey(pair.privateKey));
  const symmetric = `${encode({ alg: 'HS256' })}.${encode(good)}`;
  const stranger = readPrivateKey(pemOf(generateKeyPairSync('ed25519').privateKey), 'stranger');
  const short = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;

  const bad: [name: string, token: string | null][] = [
    ['no token', null],
    ['no token after the scheme', ''],
    ['alg none', `${encode({ alg: 'none' })}.${encode(good)}.`],
    [
      'HS256 by the public key',
      `${symmetric}.${createHmac('sha256', publicPem).update(symmetric).digest('base64url')}`,
    ],
    ['another key', signedToken(good, {}, stranger)],
    [
      'a short RSA key',
      signText(`${encode({ alg: 'RS256' })}.${encode(good)}`, { algorithm: 'RS256', privateKey: short }),
    ],
    ['expired', signed({ ...good, exp: now - 60 })],
    ['not valid yet', signed({ ...good, nbf: now + 90 })],
    ['issued in the future', signed({ ...good, iat: now + 90 })],
    ['an empty sub', signed({ ...good, sub: '' })],
    ['no sub', signed({ iat: now })],
    ['a numeric sub', signed({ ...good, sub: 7 })],
    ['NUL in the sub', signed({ ...good, sub: 'a\0b' })],
    ['duplicate claims', signed(`{"sub":"ada","sub":"bob","iat":${now}}`)],
    ['an unknown kid', signed(good, { kid: 'k1' })],
    ['a jku', signed(good, { jku: 'http://127.0.0.1:9/keys' })],
    ['an x5u', signed(good, { x5u: 'http://127.0.0.1:9/chain' })],
    ['an unknown crit', signed(good, { crit: ['exotic'], exotic: true })],
    ['non-canonical base64url', `${signed(good)}=`],
    ['over 8 KB', signed({ ...good, filler: 'x'.repeat(9_000) })],
    ['not a JWT', 'abc'],
  ];
  const verify = { method: 'GET', target: '/api/v1/auth/verify' };
  return [
    ...bad.map(([name, token]) => ({
      name: `a token: ${name}`,
      request: rawRequest(token, verify),
      status: 401,
      code: 'unauthenticated',
    })),
    {
      name: 'a token in the query string',
      request: rawRequest(null, { ...verify, target: `${verify.target}?access_token=${signed(good)}` }),
      status: 401,
      code: 'unauthenticated',
    },
    {
      name: 'Basic',
      request: withHeaders(rawRequest(null, verify), [['Authorization', 'Basic YTpi']]),
      status: 401,
      code: 'unauthenticated',
    },
  ];
}
