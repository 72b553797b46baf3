import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityProvider } from '../../../src/adapters/jwt/identity-provider.ts';
import type { KeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import { AUDIENCE, TestIdentityProvider } from '../../support/servers/identity-provider.ts';
import { freshKeyPair, freshPair, NOW, pairs, pemOf, signedToken } from './signed-tokens.ts';

const { RS256, ES256, EdDSA } = pairs;
const UNAVAILABLE = { name: 'PortError', code: 'identity_provider_unavailable' };

let provider: TestIdentityProvider;
let identityProvider: IdentityProvider;
beforeEach(async () => {
  // jose measures its cool-down with the system clock.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 });
  provider = await TestIdentityProvider.start({ keys: [RS256, ES256, EdDSA] });
  identityProvider = identityProviderWith();
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await provider[Symbol.asyncDispose]();
});

const identityProviderWith = (options: { issuer?: string | null; audience?: string | null } = {}) =>
  new IdentityProvider({
    jwksUrl: provider.jwksUrl,
    issuer: provider.issuer,
    audience: AUDIENCE,
    ...options,
  });
const advance = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const check = async (token: string, verifier = identityProvider) =>
  (await verifier.check(token, new Date())).caller;
/** Returns the error with which the token is refused. */
const refusal = (token: string, verifier = identityProvider): Promise<Error> =>
  check(token, verifier).then(
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

describe('the caller of an access token from the provider', () => {
  test.each([RS256, ES256, EdDSA])(
    'has the user, email, name and expiry that the token states ($algorithm)',
    async (pair) => {
      const extraClaims = { email: 'ada@example.com', name: 'Ada' };
      await using own = await TestIdentityProvider.start({ keys: [pair], extraClaims });
      const token = await own.accessTokenOf('ada');
      const verifier = new IdentityProvider({ jwksUrl: own.jwksUrl, issuer: own.issuer, audience: AUDIENCE });
      expect(await check(token, verifier)).toEqual({
        userId: 'ada',
        scopes: ['dashboard'],
        expiresAt: new Date((NOW + 3600) * 1000),
        email: 'ada@example.com',
        displayName: 'Ada',
        agentInstanceId: null,
      });
      expect((await check(await own.accessTokenOf('bob'), verifier)).userId).toBe('bob');
      expect(own.jwksRequests).toBe(1);
    },
  );

  test.each([
    { scope: 'agent' },
    { scope: 'agent dashboard' },
    { scope: ['agent'] },
    { scope: '' },
    { agent_instance_id: '0198a1b2-0000-7000-8000-00000000abcd' },
    { agent_instance_id: 'hers', jti: 7 },
  ])('has the dashboard scope and no instance, whatever the token claims: %j', async (fields) => {
    const { scopes, agentInstanceId } = await check(signed(fields));
    expect({ scopes, agentInstanceId }).toEqual({ scopes: ['dashboard'], agentInstanceId: null });
  });
});

describe('a token is refused without a request to the provider', () => {
  afterEach(() => expect(provider.requests).toEqual([]));

  test.each([
    ['when its issuer is another one', { iss: 'https://id.example' }, '"iss" is not the configured issuer'],
    ['when its issuer is a list', { iss: ['x'] }, '"iss" is not the configured issuer'],
    ['when it has no issuer', { iss: undefined }, '"iss" is not the configured issuer'],
    [
      'when its audience is another service',
      { aud: 'https://agents.example' },
      '"aud" does not contain the configured audience',
    ],
    [
      'when it names only other audiences',
      { aud: ['a', `${AUDIENCE}/`] },
      '"aud" does not contain the configured audience',
    ],
    ['when it has no audience', { aud: undefined }, '"aud" does not contain the configured audience'],
    ['when it has no expiry time', { exp: undefined }, '"exp" is missing'],
    ['when it has expired', { exp: NOW - 30 }, 'expired'],
    ['when it is not valid yet', { nbf: NOW + 31 }, '"nbf" is in the future'],
    ['when it was issued in the future', { iat: NOW + 31 }, '"iat" is in the future'],
    ['when its subject is empty', { sub: '' }, 'the user must be a text'],
    ['when its subject is a number', { sub: 7 }, 'the user must be a text'],
  ])('%s', async (_case, fields, reason) => {
    expect((await refusal(signed(fields))).message).toContain(reason);
  });

  test.each(['jku', 'x5u', 'jwk', 'x5c'])('when its header brings a key of its own: %s', async (name) => {
    const token = signed({}, { [name]: `${provider.issuer}/own-keys` });
    expect((await refusal(token)).message).toBe(`the header brings its own key (${name})`);
  });

  test.each([
    ['an unknown crit', () => signed({}, { crit: ['exp'] })],
    ['another type', () => signed({}, { typ: 'logout+jwt' })],
    ['padding', () => `${signed()}=`],
    ['a repeated claim', () => signedToken(`{"sub":"ada",${JSON.stringify(claims()).slice(1)}`, {}, RS256)],
    ['alg none', () => signed({}, { alg: 'none' })],
    ['alg RS512', () => signed({}, { alg: 'RS512' })],
    ['alg PS256', () => signed({}, { alg: 'PS256' })],
    [
      'an HMAC made with the public key',
      () => {
        const text = signed({}, { alg: 'HS256' }).split('.').slice(0, 2).join('.');
        return `${text}.${createHmac('sha256', pemOf(RS256.publicKey)).update(text).digest('base64url')}`;
      },
    ],
  ])('when it has %s', async (_case, token) => {
    expect(await refusal(token())).not.toMatchObject(UNAVAILABLE);
  });
});

describe('issuer and audience', () => {
  test('are not checked when they are not configured', async () => {
    const fields = { iss: 'https://id.example', aud: undefined };
    await expect(
      check(signed(fields), identityProviderWith({ issuer: null, audience: null })),
    ).resolves.toBeDefined();
  });

  test('match a token that names the audience among several', async () => {
    await expect(check(signed({ aud: ['other', AUDIENCE] }))).resolves.toBeDefined();
  });
});

describe('a signature', () => {
  test('by an unknown key is refused, whichever key id the token names', async () => {
    const stranger = freshKeyPair('RS256');
    for (const kid of [RS256.keyId, ES256.keyId, stranger.keyId, undefined])
      expect(await refusal(signed({}, { kid }, stranger))).not.toMatchObject(UNAVAILABLE);
  });

  test('by a short RSA key is refused, even when the provider publishes that key', async () => {
    const short = freshPair.RS256(1024);
    const pair = { ...RS256, ...short, keyId: 'short' };
    const { n, e } = short.publicKey.export({ format: 'jwk' });
    const keys = [{ kty: 'RSA', n, e, kid: 'short', alg: 'RS256', use: 'sig' }];
    provider.breakDown((res) => res.end(JSON.stringify({ keys })));
    expect((await refusal(signed({}, {}, pair))).message).toContain('2048');
  });

  test('needs no key id when only one key of the provider fits', async () => {
    await expect(check(signed({}, { kid: undefined }))).resolves.toBeDefined();
    provider.exchangeKeys([RS256, freshKeyPair('RS256')]);
    expect(await refusal(signed({}, { kid: undefined }), identityProviderWith())).not.toMatchObject(
      UNAVAILABLE,
    );
  });

  test('is refused when it belongs to other claims', async () => {
    const [header, , signature] = signed().split('.');
    const [, other] = signed({ sub: 'bob' }).split('.');
    expect(await refusal(`${header}.${other}.${signature}`)).not.toMatchObject(UNAVAILABLE);
  });
});

describe('the keys of the provider are fetched at most once in 30 s', () => {
  const refusals = (tokenFor: (nth: number) => string, count = 200) =>
    Promise.all(Array.from({ length: count }, (_, nth) => refusal(tokenFor(nth))));
  const unknownKid = (nth: number) => signed({}, { kid: `made-up-${nth}` }, EdDSA);

  test('however many unknown key ids tokens name', async () => {
    await check(signed());
    await refusals(unknownKid);
    advance(29.9);
    for (const error of await refusals(unknownKid)) expect(error).not.toMatchObject(UNAVAILABLE);
    expect(provider.jwksRequests).toBe(1);
    advance(0.2);
    await refusals(unknownKid);
    await refusals(unknownKid);
    expect(provider.jwksRequests).toBe(2);
    await expect(check(signed())).resolves.toBeDefined();
  });

  test('also when many tokens arrive before the first fetch', async () => {
    await Promise.all(Array.from({ length: 200 }, () => check(signed())));
    expect(provider.jwksRequests).toBe(1);
  });

  test.each<[string, (provider: TestIdentityProvider) => void]>([
    ['answers 500', (provider) => provider.breakDown((res) => res.writeHead(500).end('{"keys":[]}'))],
    ['closes the connection', (provider) => provider.breakDown((res) => res.destroy())],
    ['answers with HTML', (provider) => provider.breakDown((res) => res.end('<html>'))],
    [
      'answers with JSON that is no key set',
      (provider) => provider.breakDown((res) => res.end('{"keys":{}}')),
    ],
    [
      'redirects',
      (provider) =>
        provider.breakDown((res) => res.writeHead(302, { location: `${provider.issuer}/elsewhere` }).end()),
    ],
  ])(
    'also while the provider %s, and tokens then fail as identity_provider_unavailable',
    async (_case, breakDown) => {
      breakDown(provider);
      for (const error of await refusals(() => signed())) expect(error).toMatchObject(UNAVAILABLE);
      advance(29.9);
      expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
      expect(provider.requests).toEqual(['/jwks']);

      provider.exchangeKeys([RS256]);
      advance(0.2);
      await expect(check(signed())).resolves.toMatchObject({ userId: 'ada' });
      expect(provider.requests).toEqual(['/jwks', '/jwks']);
    },
  );

  test('and a request without a response is given up after 5 s', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
    expect(timeout.mock.calls).toEqual([[5_000]]);
  });

  test('and an unreachable provider is reported as identity_provider_unavailable', async () => {
    const unreachable = new IdentityProvider({
      jwksUrl: 'http://127.0.0.1:1/',
      issuer: null,
      audience: null,
    });
    expect(await refusal(signed(), unreachable)).toMatchObject(UNAVAILABLE);
  });
});

describe('fetched keys', () => {
  test('are used for 10 minutes while the provider is down', async () => {
    await check(signed());
    provider.breakDown((res) => res.destroy());
    advance(599);
    await expect(check(signed())).resolves.toBeDefined();
    expect(provider.jwksRequests).toBe(1);
    advance(2);
    expect(await refusal(signed())).toMatchObject(UNAVAILABLE);
  });

  test('are dropped after 10 minutes when the provider no longer publishes them', async () => {
    await check(signed());
    provider.exchangeKeys([freshKeyPair('RS256')]);
    await expect(check(signed())).resolves.toBeDefined();
    advance(601);
    expect(await refusal(signed())).not.toMatchObject(UNAVAILABLE);
  });

  test('are fetched again when a token names an unknown key, but not within 30 s', async () => {
    await check(signed());
    const fresh = freshKeyPair('ES256');
    provider.exchangeKeys([fresh, RS256]);
    const token = await provider.accessTokenOf('bob');
    expect(await refusal(token)).not.toMatchObject(UNAVAILABLE);
    advance(31);
    await expect(check(token)).resolves.toMatchObject({ userId: 'bob' });
    await expect(check(signed())).resolves.toMatchObject({ userId: 'ada' });
    expect(provider.jwksRequests).toBe(2);
  });
});
