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
const get = async (path: string) => json(await fetch(`${server.server.url}${path}`));
const keysOf = async (user: string) => server.stores.apiKeys.list(userIdOf(user));
const connectionsOf = async (user: string) => (await keysOf(user)).filter(({ client }) => client !== null);
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

describe('the metadata', () => {
  test('of each resource names this server, and the scopes that make sense there', async () => {
    const { url } = server.server;
    const issuer = `${url}/oauth`;
    expect(await get('/.well-known/oauth-protected-resource')).toEqual({
      resource: url,
      bearer_methods_supported: ['header'],
      scopes_supported: ['agent', 'dashboard'],
      authorization_servers: [issuer],
    });
    expect(await get('/.well-known/oauth-protected-resource/mcp')).toMatchObject({
      resource: `${url}/mcp`,
      scopes_supported: ['agent'],
      authorization_servers: [issuer],
    });
    const challenge = async (path: string) => (await fetch(url + path)).headers.get('www-authenticate');
    expect(await challenge('/mcp')).toContain(`"${url}/.well-known/oauth-protected-resource/mcp"`);
    expect(await challenge('/sse')).toContain(`"${url}/.well-known/oauth-protected-resource"`);
  });

  test('of the authorization server is at every place where clients look for it', async () => {
    const { url } = server.server;
    const first = await get('/.well-known/oauth-authorization-server/oauth');
    expect(first).toMatchObject({
      issuer: `${url}/oauth`,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      registration_endpoint: `${url}/oauth/register`,
      revocation_endpoint: `${url}/oauth/revoke`,
      device_authorization_endpoint: `${url}/oauth/device/authorize`,
      scopes_supported: ['agent', 'dashboard'],
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
    for (const path of [
      '/oauth/.well-known/oauth-authorization-server',
      '/oauth/.well-known/openid-configuration',
      '/.well-known/openid-configuration/oauth',
      '/.well-known/oauth-authorization-server',
    ])
      expect(await get(path)).toEqual(first);
    expect((await fetch(`${url}/.well-known/oauth-authorization-server/other`)).status).toBe(404);
  });

  test('and the tokens can be read by programs in browsers, without cookies', async () => {
    const { url } = server.server;
    const headers = { origin: 'https://inspector.example', 'access-control-request-method': 'POST' };
    for (const path of ['/oauth/token', '/oauth/register', '/.well-known/oauth-protected-resource/mcp']) {
      const preflight = await fetch(url + path, { method: 'OPTIONS', headers });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
      expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    }
    const page = await fetch(`${url}/oauth/authorize`, { headers: { origin: 'https://inspector.example' } });
    expect(page.status).toBe(403);
  });

  test('leaves nothing else of the library reachable', async () => {
    for (const path of ['/session/end', '/me', '/request', '/token/introspection', '/interaction/1', '/'])
      expect((await fetch(`${server.server.url}/oauth${path}`)).status, path).toBe(404);
    const wrongMethod = await fetch(`${server.server.url}/oauth/token`);
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a program that registers', () => {
  test('gets a token after the person has allowed it, which REST accepts for that person', async () => {
    const { tokens, clientId } = await scene.signIn('ann');
    expect(tokens).toMatchObject({ scope: 'agent', token_type: 'Bearer', expires_in: 3600 });
    const verified = await json(await scene.verify(tokens.access_token));
    expect(verified).toMatchObject({ user_id: 'ann', scopes: ['agent'] });
    expect(claimsOf(tokens.access_token)).toMatchObject({
      iss: `${server.server.url}/oauth`,
      aud: `${server.server.url}/mcp`,
      client_id: clientId,
      scope: 'agent',
    });
  });

  test('is told who answers, and gets its state back', async () => {
    const { client } = await scene.register();
    const browser = scene.newBrowser();
    const page = await browser.open(scene.attempt(client.client_id).url);
    const { searchParams } = (await scene.decide(browser, 'ann', page)).url;
    expect(searchParams.get('iss')).toBe(`${server.server.url}/oauth`);
    expect(searchParams.get('state')).toBe('the state');
    expect([...browser.cookies.keys()].some((name) => name.startsWith('oauth_session'))).toBe(false);
  });

  test('shows as a key with its name and host, which is used and ends like every other key', async () => {
    const { tokens, clientId } = await scene.signIn('key-owner', {}, { client_name: 'My  program\u202e' });
    const [key] = await connectionsOf('key-owner');
    expect(key).toMatchObject({
      name: 'My program',
      scope: 'agent',
      client: { id: clientId, host: 'app.example', scopes: ['agent'] },
      revokedAt: null,
    });
    const days = (key!.expiresAt!.getTime() - key!.createdAt.getTime()) / 86_400_000;
    expect(days).toBeCloseTo(90, 1);
    expect((await scene.verify(tokens.access_token)).status).toBe(200);
    const dashboardToken = await server.token({ userId: userIdOf('key-owner'), scope: 'dashboard' });
    expect((await server.call(dashboardToken, 'DELETE', `/api-keys/${key!.id}`)).status).toBe(204);
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
    const refused = await scene.refresh(clientId, tokens.refresh_token);
    expect([refused.status, await json(refused)]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  test('gets no more scopes than the resource has, and the least if it asks for none that exist', async () => {
    const scopeOf = async (changes: Parameters<OAuthScene['attempt']>[1]) =>
      (await scene.signIn('ann', changes)).tokens.scope;
    expect(await scopeOf({ scope: 'agent dashboard' })).toBe('agent');
    const api = `${server.server.url}/api/v1`;
    expect(await scopeOf({ scope: 'dashboard agent', resource: api })).toBe('agent dashboard');
    expect(await scopeOf({ scope: 'dashboard', resource: api })).toBe('dashboard');
    expect(await scopeOf({ scope: 'openid profile claudeai', resource: api })).toBe('agent');
    expect(await scopeOf({ scope: null })).toBe('agent');
    expect(await scopeOf({ resource: null, scope: 'dashboard' })).toBe('dashboard');
  });

  test('gets new tokens for a refresh token, once each, and the grant lasts longer', async () => {
    const { tokens, clientId } = await scene.signIn('refresher');
    const second = await json<Tokens>(await scene.refresh(clientId, tokens.refresh_token));
    expect(second.refresh_token).not.toBe(tokens.refresh_token);
    expect((await scene.verify(second.access_token)).status).toBe(200);
    const third = await json<Tokens>(await scene.refresh(clientId, second.refresh_token));
    expect((await scene.verify(third.access_token)).status).toBe(200);
    expect(await connectionsOf('refresher')).toHaveLength(1);
  });

  test('can give its tokens back, and the key ends with them', async () => {
    const { tokens, clientId } = await scene.signIn('leaver');
    const revoked = await scene.post('/revoke', { client_id: clientId, token: tokens.refresh_token });
    expect(revoked.status).toBe(200);
    expect((await connectionsOf('leaver'))[0]?.revokedAt).not.toBeNull();
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
    expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(400);
  });

  test('is told if the person says no, and no key is made', async () => {
    const { client } = await scene.register();
    const browser = scene.newBrowser();
    const page = await browser.open(scene.attempt(client.client_id).url);
    const { url } = await scene.decide(browser, 'refuser', page, false);
    expect(url.href.startsWith(REDIRECT_URI)).toBe(true);
    expect(url.searchParams.get('error')).toBe('access_denied');
    expect(url.searchParams.get('code')).toBeNull();
    expect(await connectionsOf('refuser')).toEqual([]);
  });

  test('loses its access when its person is deleted', async () => {
    const { tokens, clientId } = await scene.signIn('gone');
    const token = await server.token({ userId: userIdOf('gone'), scope: 'dashboard' });
    expect((await server.call(token, 'DELETE', '/account', { body: { confirm: 'gone' } })).status).toBe(200);
    expect((await scene.verify(tokens.access_token)).status).toBe(401);
    expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(400);
  });
});

describe('the page', () => {
  const openPage = async (changes = {}, metadata: Fields = {}) => {
    const { client } = await scene.register(metadata);
    const browser = scene.newBrowser();
    const { url } = await browser.open(scene.attempt(client.client_id, changes).url);
    return { browser, client, path: `/access-requests/${url.hash.replace('#/connect/', '')}` };
  };

  test('shows who asks, for what, and where the person is sent back to', async () => {
    const { browser, client, path } = await openPage();
    const { status, fields } = await scene.page(browser, 'ann', path);
    expect(status).toBe(200);
    expect(fields).toEqual({
      client_id: client.client_id,
      client_name: 'A program',
      verified_host: null,
      redirect_host: 'app.example',
      is_local: false,
      scopes: ['agent'],
      is_remembered: false,
    });
  });

  test('need not ask again for a website that was allowed, but for a program on the computer', async () => {
    const { client } = await scene.register();
    const isRemembered = async (user: string, changes = {}) => {
      const browser = scene.newBrowser();
      const { url } = await browser.open(scene.attempt(client.client_id, changes).url);
      const path = `/access-requests/${url.hash.replace('#/connect/', '')}`;
      return (await scene.page(browser, user, path)).fields.is_remembered;
    };
    expect(await isRemembered('rememberer')).toBe(false);
    await scene.codeFor('rememberer', scene.attempt(client.client_id));
    expect(await isRemembered('rememberer')).toBe(true);
    expect(await isRemembered('rememberer', { prompt: 'consent' })).toBe(false);
    expect(await isRemembered('somebody-else')).toBe(false);
    const local = { redirect_uri: 'http://localhost:1234/callback' };
    const { client: localClient } = await scene.register({ redirect_uris: ['http://localhost/callback'] });
    await scene.codeFor('rememberer', scene.attempt(localClient.client_id, local));
    const browser = scene.newBrowser();
    const { url } = await browser.open(scene.attempt(localClient.client_id, local).url);
    const { fields } = await scene.page(
      browser,
      'rememberer',
      `/access-requests/${url.hash.replace('#/connect/', '')}`,
    );
    expect(fields).toMatchObject({ is_remembered: false, is_local: true, redirect_host: 'localhost:1234' });
  });

  test('cannot decide a request twice', async () => {
    const { browser, path } = await openPage();
    const [first, second] = await Promise.all([
      scene.page(browser, 'twice', path, { allow: true }),
      scene.page(browser, 'twice', path, { allow: true }),
    ]);
    expect([first.status, second.status].toSorted()).toEqual([200, 404]);
    expect((await scene.page(browser, 'twice', path, { allow: false })).status).toBe(404);
    expect(await connectionsOf('twice')).toHaveLength(1);
  });

  test.each([
    ['no decision', {}, 422],
    ['no true or false', { allow: 'yes' }, 422],
  ])('refuses %s', async (_, body, status) => {
    const { browser, path } = await openPage();
    expect((await scene.page(browser, 'ann', path, body)).status).toBe(status);
  });

  test('needs a token with the scope dashboard', async () => {
    const { browser, path } = await openPage();
    for (const [token, status] of [
      [await server.token(), 403],
      ['none', 401],
    ] as const) {
      const response = await browser.send(new URL(`${server.server.url}/api/v1${path}`), {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(status);
    }
  });
});
