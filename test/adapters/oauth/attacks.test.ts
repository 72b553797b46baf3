import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userIdOf } from '../../support/builders.ts';
import { IssuingServer } from '../issuing-server.ts';
import { type Fields, OAuthScene, REDIRECT_URI, type Tokens } from './scene.ts';

let server: IssuingServer;
let scene: OAuthScene;
beforeAll(async () => {
  server = await IssuingServer.start({ oauth: {} });
  scene = new OAuthScene([server]);
});
afterAll(() => server[Symbol.asyncDispose]());

const json = async <Body = Fields>(response: Response) => (await response.json()) as Body;
const newClientId = async (metadata: Fields = {}) => (await scene.register(metadata)).client.client_id;
const validConnectionsOf = async (user: string) =>
  (await server.stores.apiKeys.list(userIdOf(user))).filter(
    ({ client, revokedAt }) => client !== null && revokedAt === null,
  );
const expectRefused = async (response: Response, error: string) => {
  expect(await json(response)).toMatchObject({ error });
  expect(response.status).toBe(400);
  expect(response.headers.get('cache-control')).toBe('no-store');
};
/** Opens the page that asks. Returns the path of its request at the API. */
const openPage = async (browser = scene.newBrowser(), changes = {}) => {
  const { url } = await browser.open(scene.attempt(await newClientId(), changes).url);
  return { browser, id: url.hash.replace('#/connect/', '') };
};

describe('a stolen code', () => {
  test('is worth nothing without the secret of the program that asked (PKCE)', async () => {
    const attempt = scene.attempt(await newClientId());
    const code = await scene.codeFor('ann', attempt);
    for (const verifier of [null, randomBytes(32).toString('base64url'), attempt.verifier.toLowerCase()])
      await expectRefused(await scene.exchange(code, attempt, { code_verifier: verifier }), 'invalid_grant');
  });

  test('is worth nothing to another program, or at another address of the same program', async () => {
    const attempt = scene.attempt(await newClientId());
    const other = await newClientId();
    const code = await scene.codeFor('ann', attempt);
    await expectRefused(await scene.exchange(code, attempt, { client_id: other }), 'invalid_grant');
    const elsewhere = { redirect_uri: 'https://app.example/other' };
    await expectRefused(await scene.exchange(code, attempt, elsewhere), 'invalid_grant');
    expect((await scene.exchange(code, attempt)).status).toBe(200);
  });

  test('that is used a second time ends everything that the first use gave', async () => {
    const attempt = scene.attempt(await newClientId());
    const code = await scene.codeFor('replayed', attempt);
    const tokens = await json<Tokens>(await scene.exchange(code, attempt));
    await expectRefused(await scene.exchange(code, attempt), 'invalid_grant');
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
    expect((await scene.refresh(attempt.clientId, tokens.refresh_token)).status).toBe(400);
    expect(await validConnectionsOf('replayed')).toEqual([]);
  });

  test('that is used twice at the same time gives nobody lasting access', async () => {
    const attempt = scene.attempt(await newClientId());
    const code = await scene.codeFor('raced', attempt);
    const answers = await Promise.all([1, 2, 3].map(() => scene.exchange(code, attempt)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await validConnectionsOf('raced')).toEqual([]);
    for (const answer of answers.filter(({ status }) => status === 200)) {
      const { access_token } = await json<Tokens>(answer);
      expect((await scene.verify(access_token)).status).toBe(401);
    }
  });
});

describe('PKCE cannot be left out', () => {
  test.each([
    ['no challenge', { code_challenge: null, code_challenge_method: null }],
    ['the method plain', { code_challenge_method: 'plain' }],
    ['no method', { code_challenge_method: null }],
    ['a method without a challenge', { code_challenge: null }],
  ])('with %s', async (_, changes) => {
    const { url } = await scene.newBrowser().open(scene.attempt(await newClientId(), changes).url);
    expect(url.searchParams.get('error')).toBe('invalid_request');
    expect(url.searchParams.get('code')).toBeNull();
  });
});

describe('a refresh token', () => {
  test('that is used a second time ends the whole family', async () => {
    const { tokens, clientId } = await scene.signIn('reused');
    const second = await json<Tokens>(await scene.refresh(clientId, tokens.refresh_token));
    await expectRefused(await scene.refresh(clientId, tokens.refresh_token), 'invalid_grant');
    await expectRefused(await scene.refresh(clientId, second.refresh_token), 'invalid_grant');
    for (const { access_token } of [tokens, second])
      expect((await scene.verify(access_token)).status).toBe(401);
    expect(await validConnectionsOf('reused')).toEqual([]);
  });

  test('that is used twice at the same time gives nobody lasting access', async () => {
    const { tokens, clientId } = await scene.signIn('raced-refresh');
    const answers = await Promise.all([1, 2, 3].map(() => scene.refresh(clientId, tokens.refresh_token)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(await validConnectionsOf('raced-refresh')).toEqual([]);
  });

  test('is worth nothing to another program, which cannot end it either', async () => {
    const { tokens, clientId } = await scene.signIn('ann');
    const other = await newClientId();
    await expectRefused(await scene.refresh(other, tokens.refresh_token), 'invalid_grant');
    await scene.post('/revoke', { client_id: other, token: tokens.refresh_token });
    expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(200);
  });

  test('cannot be used by who has read its hash in the database', async () => {
    const { tokens, clientId } = await scene.signIn('ann');
    const hash = createHash('sha256').update(tokens.refresh_token).digest('base64url');
    for (const token of [hash, `hashed:${hash}`])
      await expectRefused(await scene.refresh(clientId, token), 'invalid_grant');
    expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(200);
  });

  test('gives no more than the person has allowed', async () => {
    const { tokens, clientId } = await scene.signIn('ann');
    const wider = await scene.refresh(clientId, tokens.refresh_token, { scope: 'agent dashboard' });
    await expectRefused(wider, 'invalid_scope');
    const elsewhere = { resource: `${server.server.url}/api/v1` };
    await expectRefused(await scene.refresh(clientId, tokens.refresh_token, elsewhere), 'invalid_target');
  });
});

describe('a token for another resource', () => {
  test('is not given', async () => {
    for (const resource of [
      'https://other.example/mcp',
      `${server.server.url}/mcp/../other`,
      `${server.server.url}.evil.example/mcp`,
      `${server.server.url}@evil.example`,
    ]) {
      const { url } = await scene.newBrowser().open(scene.attempt(await newClientId(), { resource }).url);
      expect(url.searchParams.get('error'), resource).toBe('invalid_target');
    }
  });

  test('is not accepted, although another server has signed it with the same key', async () => {
    await using other = await IssuingServer.start({ oauth: { publicUrl: 'https://other.example' } });
    const { tokens } = await new OAuthScene([other], 'https://other.example').signIn('ann');
    const verify = ({ url }: IssuingServer['server']) =>
      fetch(`${url}/api/v1/auth/verify`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect((await verify(other.server)).status).toBe(200);
    expect((await verify(server.server)).status).toBe(401);
  });
});

describe('the person is sent back only to where the program is', () => {
  const registered = ['https://app.example/callback', 'http://localhost/callback', 'http://127.0.0.1:33418'];

  test.each([
    'http://localhost:49152/callback',
    'http://localhost/callback',
    'http://127.0.0.1:1',
    'https://app.example/callback',
  ])('%s', async (redirect_uri) => {
    const clientId = await newClientId({ redirect_uris: registered });
    const { url } = await scene.newBrowser().open(scene.attempt(clientId, { redirect_uri }).url);
    expect(url.hash).toMatch(/^#\/connect\//);
  });

  test.each([
    'https://app.example/callback/',
    'https://app.example/callback/../other',
    'https://app.example/Callback',
    'https://app.example/callback?next=https://evil.example',
    'https://app.example/callback#x',
    'https://app.example:8443/callback',
    'https://app.example.evil.example/callback',
    'https://app.example@evil.example/callback',
    'https://user@app.example/callback',
    'http://app.example/callback',
    'http://localhost:1/callback/',
    'http://localhost:1/callback?x=1',
    'http://localhost:1@evil.example/callback',
    'http://user@localhost:1/callback',
    'http://localhost.evil.example/callback',
    'http://[::1]:1/callback',
    'https://localhost:1/callback',
    'http://127.0.0.1:33418/callback',
    'javascript:alert(1)',
    '//evil.example',
  ])('and not to %s', async (redirect_uri) => {
    const clientId = await newClientId({ redirect_uris: registered });
    const arrival = await scene.newBrowser().open(scene.attempt(clientId, { redirect_uri }).url);
    expect(arrival.status).toBe(400);
    expect(arrival.url.pathname).toBe('/oauth/authorize');
    expect(arrival.text).toContain('redirect_uri did not match');
  });

  test('and not for a program that nobody knows, however it is called', async () => {
    for (const id of ['unknown', '<script>alert(1)</script>', 'javascript:alert(1)']) {
      const browser = scene.newBrowser();
      const response = await browser.send(scene.attempt(id).url);
      expect([response.status, response.headers.get('location')]).toEqual([400, null]);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    }
  });

  test.each([
    ['http to another computer', ['http://app.example/callback']],
    ['a script', ['javascript:alert(1)']],
    ['data', ['data:text/html,x']],
    ['a fragment', ['https://app.example/callback#x']],
    ['a user name that looks like a host', ['https://app.example@evil.example/callback']],
    ['no address', ['callback']],
    ['none', []],
    ['too many', Array.from({ length: 21 }, (_, nth) => `https://app.example/${nth}`)],
    ['one that is too long', [`https://app.example/${'x'.repeat(2_000)}`]],
    ['no list', 'https://app.example/callback'],
  ])('and a program cannot register %s', async (_, redirect_uris) => {
    const { status, client } = await scene.register({ redirect_uris });
    expect(status).toBe(400);
    expect(client.error).toMatch(/^invalid_(redirect_uri|client_metadata)$/);
  });

  test('each answer says which server it is from, so that it cannot be mixed up with one of another', async () => {
    const issuer = `${server.server.url}/oauth`;
    for (const changes of [
      { prompt: 'none' },
      { resource: 'https://other.example' },
      { code_challenge: null },
    ]) {
      const { url } = await scene.newBrowser().open(scene.attempt(await newClientId(), changes).url);
      expect(url.href.startsWith(REDIRECT_URI)).toBe(true);
      expect(url.searchParams.get('iss')).toBe(issuer);
    }
  });
});

describe('nobody gets access without the decision of the person', () => {
  test.each(['none', 'none login'])('with prompt=%s', async (prompt) => {
    const clientId = await newClientId();
    await scene.codeFor('asked', scene.attempt(clientId));
    const { url } = await scene.newBrowser().open(scene.attempt(clientId, { prompt }).url);
    expect(url.searchParams.get('error')).toMatch(/^(login_required|invalid_request)$/);
    expect(url.searchParams.get('code')).toBeNull();
  });

  test('by going on without it', async () => {
    const { browser, id } = await openPage();
    const { url } = await browser.open(`${server.server.url}/oauth/authorize/${id}`);
    expect(url.searchParams.get('code')).toBeNull();
    expect(url.hash).toMatch(/^#\/connect\//);
  });

  test('in a browser to which somebody sends the link to the page of another browser', async () => {
    const { id } = await openPage();
    const victim = scene.newBrowser();
    for (const body of [null, { allow: true }])
      expect((await scene.page(victim, 'victim', `/access-requests/${id}`, body)).status).toBe(404);
    // The victim's browser has brought a request of its own, and knows the other one only by its id.
    await openPage(victim);
    expect((await scene.page(victim, 'victim', `/access-requests/${id}`, { allow: true })).status).toBe(404);
    const [[name] = ['']] = [...victim.cookies].filter(([cookie]) => cookie.startsWith('oauth_request'));
    victim.cookies.set(name, id);
    expect((await scene.page(victim, 'victim', `/access-requests/${id}`, { allow: true })).status).toBe(404);
    expect(await validConnectionsOf('victim')).toEqual([]);
  });

  test('by a form or a request of another site', async () => {
    const { browser, id } = await openPage();
    const url = new URL(`${server.server.url}/api/v1/access-requests/${id}`);
    const session = await browser.send(new URL('/api/v1/auth/session', server.server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: server.codes.newCode(userIdOf('clicker')) }),
    });
    const { session: sealed } = await json<{ session: string }>(session);
    const asJson = { 'content-type': 'application/json', 'x-session': sealed };
    const allow = JSON.stringify({ allow: true });
    const attempts: [headers: { [name: string]: string }, body: string, status: number][] = [
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 'allow=true', 403],
      [{ 'content-type': 'text/plain', origin: 'https://evil.example' }, allow, 403],
      [{ ...asJson, origin: 'https://evil.example', 'x-requested-with': 'agent-dashboard' }, allow, 403],
      [asJson, allow, 403],
      [{ 'content-type': 'application/json', 'x-requested-with': 'agent-dashboard' }, allow, 401],
    ];
    for (const [headers, body, status] of attempts)
      expect((await browser.send(url, { method: 'POST', headers, body })).status).toBe(status);
    expect(await validConnectionsOf('clicker')).toEqual([]);
    // The same from the page itself.
    const headers = { ...asJson, origin: server.server.url, 'x-requested-with': 'agent-dashboard' };
    expect((await browser.send(url, { method: 'POST', headers, body: allow })).status).toBe(200);
    expect(await validConnectionsOf('clicker')).toHaveLength(1);
  });

  test('by opening an address', async () => {
    const { browser, id } = await openPage();
    expect((await scene.page(browser, 'looker', `/access-requests/${id}`)).status).toBe(200);
    expect(await validConnectionsOf('looker')).toEqual([]);
  });
});

test('a hundred registrations a minute are limited', async () => {
  await using busy = await IssuingServer.start({ oauth: { isLimited: true } });
  const busyScene = new OAuthScene([busy]);
  const answers = await Promise.all(Array.from({ length: 100 }, () => busyScene.register()));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(80);
  expect(refused[0]?.client.error).toBe('temporarily_unavailable');
});
