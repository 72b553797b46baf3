import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityProvider } from '../../../src/adapters/jwt/identity-provider.ts';
import type { KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { AUDIENCE, TestIdentityProvider } from '../../support/servers/identity-provider.ts';
import { freshKeyPair, freshPair, NOW, pairs, pemOf, signedToken } from './signed-tokens.ts';

const { RS256, ES256, EdDSA } = pairs;
const UNAVAILABLE = { name: 'PortError', code: 'identity_provider_unavailable' };

let provider: TestIdentityProvider;
let people: IdentityProvider;
beforeEach(async () => {
  // jose counts its cool-down by the system's clock.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
  provider = await TestIdentityProvider.start({ keys: [RS256, ES256, EdDSA] });
  people = checkedBy();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await provider[Symbol.asyncDispose]();
});

const checkedBy = (bound: { issuer?: string | null; audience?: string | null } = {}) =>
  new IdentityProvider({ jwksUrl: provider.jwksUrl, issuer: provider.issuer, audience: AUDIENCE, ...bound });
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const check = async (token: string, by = people) => (await by.check(token, new Date())).caller;
/** What it is refused with. */
const refusal = (token: string, by = people): Promise<Error> =>
  check(token, by).then(
    (caller) => Promise.reject(new Error(`accepted as ${JSON.stringify(caller)}`)),
    (error: Error) => error,
  );

const claims = (fields: object = {}) => ({
  iss: provider.issuer,
  aud: AUDIENCE,
  sub: 'ada',
  exp: NOW + 3600,
  ...fields,
});
const signed = (fields: object = {}, header: object = {}, pair: KeyPair = RS256) =>
  signedToken(claims(fields), { kid: pair.keyId, ...header }, pair);

describe('a person who signed in at the provider', () => {
  test.each([RS256, ES256, EdDSA])('is known by what its access token says ($algorithm)', async (pair) => {
    const extraClaims = { email: 'ada@example.com', name: 'Ada' };
    await using own = await TestIdentityProvider.start({ keys: [pair], extraClaims });
    const token = await own.accessTokenOf('ada');
    const by = new IdentityProvider({ jwksUrl: own.jwksUrl, issuer: own.issuer, audience: AUDIENCE });
    expect(await check(token, by)).toEqual({
      userId: 'ada',
      scopes: ['dashboard'],
      expiresAt: new Date((NOW + 3600) * 1000),
      email: 'ada@example.com',
      displayName: 'Ada',
      agentInstanceId: null,
    });
    expect((await check(await own.accessTokenOf('bob'), by)).userId).toBe('bob');
    expect(own.jwksRequests).toBe(1);
  });

  test.each([
    { scope: 'agent' },
    { scope: 'agent dashboard' },
    { scope: ['agent'] },
    { scope: '' },
    { agent_instance_id: '0198a1b2-0000-7000-8000-00000000abcd' },
    { agent_instance_id: 'hers', jti: 7 },
  ])('may do what a person may, whatever else the token says: %j', async (fields) => {
    const { scopes, agentInstanceId } = await check(signed(fields));
    expect({ scopes, agentInstanceId }).toEqual({ scopes: ['dashboard'], agentInstanceId: null });
  });
});

describe('without asking the provider, a token is refused', () => {
  afterEach(() => expect(provider.requests).toEqual([]));

  test.each([
    ['of another issuer', { iss: 'https://id.example' }, 'another "iss"'],
    ['of an issuer that is a list', { iss: ['x'] }, 'another "iss"'],
    ['of no issuer', { iss: undefined }, 'another "iss"'],
    ['for somebody else', { aud: 'https://agents.example' }, 'another "aud"'],
    ['for several others', { aud: ['a', `${AUDIENCE}/`] }, 'another "aud"'],
    ['for nobody', { aud: undefined }, 'another "aud"'],
    ['without an end', { exp: undefined }, '"exp" is missing'],
    ['that has expired', { exp: NOW - 30 }, 'expired'],
    ['that is not valid yet', { nbf: NOW + 31 }, '"nbf" is in the future'],
    ['made in the future', { iat: NOW + 31 }, '"iat" is in the future'],
    ['of nobody', { sub: '' }, 'the user must be a text'],
    ['of a number', { sub: 7 }, 'the user must be a text'],
  ])('%s', async (_which, fields, reason) => {
    expect((await refusal(signed(fields))).message).toContain(reason);
  });

  test.each(['jku', 'x5u', 'jwk', 'x5c'])('that brings its own key: %s', async (name) => {
    const token = signed({}, { [name]: `${provider.issuer}/keys-of-my-own` });
    expect((await refusal(token)).message).toBe(`the header brings its own key (${name})`);
  });

  test.each([
    ['an unknown crit', () => signed({}, { crit: ['exp'] })],
    ['another type', () => signed({}, { typ: 'logout+jwt' })],
    ['padding', () => `${signed()}=`],
    ['a claim twice', () => signedToken(`{"sub":"ada",${JSON.stringify(claims()).slice(1)}`, {}, RS256)],
    ['alg none', () => signed({}, { alg: 'none' })],
    ['alg RS512', () => signed({}, { alg: 'RS512' })],
    ['alg PS256', () => signed({}, { alg: 'PS256' })],
    [
      'HMAC by the public key',
      () => {
        const text = signed({}, { alg: 'HS256' }).split('.').slice(0, 2).join('.');
        return `${text}.${createHmac('sha256', pemOf(RS256.publicKey)).update(text).digest('base64url')}`;
      },
    ],
  ])('with %s', async (_what, token) => {
    expect(await refusal(token())).not.toMatchObject(UNAVAILABLE);
  });
});

describe('issuer and audience', () => {
  test('do not matter where they are not set', async () => {
    const fields = { iss: 'https://id.example', aud: undefined };
    await expect(check(signed(fields), checkedBy({ issuer: null, audience: null }))).resolves.toBeDefined();
  });

  test('may be one of several audiences', async () => {
    await expect(check(signed({ aud: ['other', AUDIENCE] }))).resolves.toBeDefined();
  });
});

describe('a signature', () => {
  test('of another key is refused, under the name of a good one or its own', async () => {
    const stranger = freshKeyPair('RS256');
    for (const kid of [RS256.keyId, ES256.keyId, stranger.keyId, undefined])
      expect(await refusal(signed({}, { kid }, stranger))).not.toMatchObject(UNAVAILABLE);
  });

  test('by a short RSA key is refused, although the provider publishes it', async () => {
    const short = freshPair.RS256(1024);
    const pair = { ...RS256, ...short, keyId: 'short' };
    const { n, e } = short.publicKey.export({ format: 'jwk' });
    const keys = [{ kty: 'RSA', n, e, kid: 'short', alg: 'RS256', use: 'sig' }];
    provider.breakDown((res) => res.end(JSON.stringify({ keys })));
    expect((await refusal(signed({}, {}, pair))).message).toContain('2048');
  });

  test('needs no kid where one key fits', async () => {
    await expect(check(signed({}, { kid: undefined }))).resolves.toBeDefined();
    provider.exchangeKeys([RS256, freshKeyPair('RS256')]);
    expect(await refusal(signed({}, { kid: undefined }), checkedBy())).not.toMatchObject(UNAVAILABLE);
  });

  test('is over what it came with', async () => {
    const [header, , signature] = signed().split('.');
    const [, other] = signed({ sub: 'bob' }).split('.');
    expect(await refusal(`${header}.${other}.${signature}`)).not.toMatchObject(UNAVAILABLE);
  });
});

describe('the provider is asked for its keys once in 30 s at most', () => {
  const storm = (of: (nth: number) => string, count = 200) =>
    Promise.all(Array.from({ length: count }, (_, nth) => refusal(of(nth))));
  const unknownKid = (nth: number) => signed({}, { kid: `made-up-${nth}` });

  test('whatever unknown keys tokens name', async () => {
    await check(signed());
    await storm(unknownKid);
    pass(29.9);
    for (const error of await storm(unknownKid)) expect(error).not.toMatchObject(UNAVAILABLE);
    expect(provider.jwksRequests).toBe(1);
    pass(0.2);
    await storm(unknownKid);
    await storm(unknownKid);
    expect(provider.jwksRequests).toBe(2);
    await expect(check(signed())).resolves.toBeDefined();
  });

  test('also by the first tokens that come', async () => {
    await Promise.all(Array.from({ length: 200 }, () => check(signed())));
    expect(provider.jwksRequests).toBe(1);
  });

  test.each<[string, (provider: TestIdentityProvider) => void]>([
    ['answers 500', (provider) => provider.breakDown((res) => res.writeHead(500).end('{"keys":[]}'))],
    ['hangs up', (provider) => provider.breakDown((res) => res.destroy())],
    ['answers with something else', (provider) => provider.breakDown((res) => res.end('<html>'))],
    [
      'answers with JSON that is no key set',
      (provider) => provider.breakDown((res) => res.end('{"keys":{}}')),
    ],
    [
      'sends us elsewhere',
      (provider) =>
        provider.breakDown((res) => res.writeHead(302, { location: `${provider.issuer}/elsewhere` }).end()),
    ],
  ])('also while it %s: nobody can tell then whether a token is good', async (_what, breakDown) => {
    breakDown(provider);
    for (const error of await storm(() => signed())) expect(error).toMatchObject(UNAVAILABLE);
    pass(29.9);
    expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
    expect(provider.requests).toEqual(['/jwks']);

    provider.exchangeKeys([RS256]);
    pass(0.2);
    await expect(check(signed())).resolves.toMatchObject({ userId: 'ada' });
    expect(provider.requests).toEqual(['/jwks', '/jwks']);
  });

  test('a provider that says nothing is given up after 5 s', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
    expect(timeout.mock.calls).toEqual([[5_000]]);
  });

  test('one that is not there at all', async () => {
    const nobody = new IdentityProvider({ jwksUrl: 'http://127.0.0.1:1/', issuer: null, audience: null });
    expect(await refusal(signed(), nobody)).toMatchObject(UNAVAILABLE);
  });
});

describe('keys that were fetched', () => {
  test('last for 10 minutes while the provider is away', async () => {
    await check(signed());
    provider.breakDown((res) => res.destroy());
    pass(599);
    await expect(check(signed())).resolves.toBeDefined();
    expect(provider.jwksRequests).toBe(1);
    pass(2);
    expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
  });

  test('are given up after 10 minutes where the provider has withdrawn them', async () => {
    await check(signed());
    provider.exchangeKeys([freshKeyPair('RS256')]);
    await expect(check(signed())).resolves.toBeDefined();
    pass(601);
    expect(await refusal(signed())).not.toMatchObject(UNAVAILABLE);
  });

  test('are exchanged when a token names a new one, once the 30 s are over', async () => {
    await check(signed());
    const fresh = freshKeyPair('ES256');
    provider.exchangeKeys([fresh, RS256]);
    const token = await provider.accessTokenOf('bob');
    expect(await refusal(token)).not.toMatchObject(UNAVAILABLE);
    pass(31);
    await expect(check(token)).resolves.toMatchObject({ userId: 'bob' });
    await expect(check(signed())).resolves.toMatchObject({ userId: 'ada' });
    expect(provider.jwksRequests).toBe(2);
  });
});
