import { createServer } from 'node:http';
import Koa from 'koa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sealSession } from '../../../../src/adapters/koa/access/sealed-session.ts';
import { sessionCookieName } from '../../../../src/adapters/koa/access/session-cookie.ts';
import { type SignIn, signInRoutes } from '../../../../src/adapters/koa/rest/sign-in/sign-in-routes.ts';
import { unauthenticated } from '../../../../src/ports/errors.ts';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { fakeTokens, fieldsOf, LogBook, listen, TestServer } from '../test-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const OF_THE_PAGE = { 'x-requested-with': 'agent-dashboard' };

/** Accepts each code once. `signedOut` contains the tokens of the users who have signed out. */
class FakeSignIn implements SignIn {
  readonly signedOut: string[] = [];
  readonly #codes = new Map([
    ['one-time', 'ann-dashboard'],
    ['agents', 'ann'],
  ]);

  async redeem(code: string): Promise<string> {
    const token = this.#codes.get(code);
    this.#codes.delete(code);
    if (token === undefined) throw unauthenticated();
    return token;
  }

  async signOut(userId: string, token: string): Promise<void> {
    this.signedOut.push(`${token} of ${userId}`);
  }
}

let signIn: FakeSignIn;
let server: TestServer;
beforeEach(async () => {
  signIn = new FakeSignIn();
  server = await TestServer.start({ signIn });
});
afterEach(() => server[Symbol.asyncDispose]());

const request = (method: string, path: string, headers: object = {}, body?: object) =>
  fetchDescribed(`${server.url}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body && JSON_TYPE) },
    ...(body && { body: JSON.stringify(body) }),
  });
const begin = (proof: object) => request('POST', '/auth/session', {}, proof);
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
/** The headers of a browser that has signed in at the server with a token. */
function browserWith(token: string, signedInAt = new Date()) {
  const { key, sealed } = sealSession({ token, signedInAt });
  return { cookie: `agent_dashboard_session_${server.port}=${key}`, 'x-session': sealed };
}

describe('signing in', () => {
  test.each([
    ['a one-time code', { code: 'one-time' }],
    ['a token', { token: ' ann-dashboard\n' }],
  ])('with %s sets a cookie that no script can read and no other site can use', async (_, proof) => {
    const signedIn = await begin(proof);
    expect(signedIn.status).toBe(200);
    const body = (await signedIn.json()) as { session: string };
    expect(body).toEqual({
      success: true,
      user_id: 'ann',
      display_name: null,
      email: null,
      expires_at: '2030-01-01T00:00:00.000Z',
      session: expect.any(String),
    });
    const [cookie] = signedIn.headers.getSetCookie();
    expect(cookie).toMatch(/^agent_dashboard_session_\d+=[\w-]{43}; path=\/; expires=Tue, 01 Jan 2030 /);
    expect(cookie).toContain('; samesite=strict; httponly');
    expect(cookie).not.toContain('secure');
    expect(signedIn.headers.get('cache-control')).toBe('no-store');

    const parts = { cookie: cookieOf(signedIn), 'x-session': body.session };
    const verified = await request('GET', '/auth/verify', parts);
    expect(await fieldsOf(verified)).toMatchObject({ user_id: 'ann', scopes: ['dashboard'] });
  });

  test('gives the browser two parts, neither of which is worth anything without the other', async () => {
    const sessions = [];
    for (const token of ['ann-dashboard', 'bob-dashboard']) {
      const signedIn = await begin({ token });
      const { session } = (await signedIn.json()) as { session: string };
      sessions.push({ cookie: cookieOf(signedIn), session });
    }
    const [ann, bob] = sessions as [(typeof sessions)[0], (typeof sessions)[0]];
    const key = ann.cookie.split('=')[1]!;
    for (const part of [key, ann.session, Buffer.from(ann.session, 'base64url').toString('latin1')])
      expect(part).not.toContain('dashboard');
    for (const headers of [
      { cookie: ann.cookie },
      { 'x-session': ann.session },
      { cookie: ann.cookie, 'x-session': bob.session },
      { cookie: ann.cookie, 'x-session': `${ann.session.slice(0, -2)}AA` },
      { cookie: ann.cookie, 'x-session': 'short' },
      { authorization: `Bearer ${key}` },
      { authorization: `Bearer ${ann.session}` },
    ])
      expect((await request('GET', '/agent-summary', headers)).status).toBe(401);
  });

  test('sets a cookie for https only when PUBLIC_URL is https', async () => {
    await using behindProxy = await TestServer.start({ signIn, publicUrl: 'https://agents.example' });
    const signedIn = await fetchDescribed(`${behindProxy.url}/api/v1/auth/session`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ code: 'one-time' }),
    });
    expect(signedIn.headers.getSetCookie()[0]).toMatch(/; secure;/);
  });

  test.each([
    ['https', true],
    ['http', false],
  ])('behind a trusted proxy with %s sets a cookie for https only: %s', async (scheme, isSecure) => {
    const app = new Koa();
    app.proxy = true;
    app.use(signInRoutes({ signIn, tokens: fakeTokens, logger: new LogBook() }));
    const host = createServer(app.callback());
    const signedIn = await fetch(`http://127.0.0.1:${await listen(host)}/api/v1/auth/session`, {
      method: 'POST',
      headers: { ...JSON_TYPE, 'x-forwarded-proto': scheme },
      body: JSON.stringify({ code: 'one-time' }),
    });
    host.close();
    expect(/; secure;/.test(signedIn.headers.getSetCookie()[0] ?? '')).toBe(isSecure);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as a form, which a page of another site could send: %s',
    async (type) => {
      const refused = await fetchDescribed(`${server.url}/api/v1/auth/session`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify({ code: 'one-time' }),
      });
      expect(refused.status).toBe(415);
      expect((await begin({ code: 'one-time' })).status).toBe(200);
    },
  );

  test('is refused to a page of another site', async () => {
    const origin = { origin: 'https://evil.example' };
    expect((await request('POST', '/auth/session', origin, { code: 'one-time' })).status).toBe(403);
    expect((await begin({ code: 'one-time' })).status).toBe(200);
  });

  test.each([
    ['a code that was used', { code: 'one-time' }, 401, 'unauthenticated'],
    ['a code that never was', { code: 'x' }, 401, 'unauthenticated'],
    ['a bad token', { token: 'nobody' }, 401, 'unauthenticated'],
    ['an agent’s token', { token: 'ann' }, 403, 'insufficient_scope'],
    ['a code for an agent’s token', { code: 'agents' }, 403, 'insufficient_scope'],
    ['neither', {}, 422, 'invalid_input'],
    ['both', { code: 'one-time', token: 'ann-dashboard' }, 422, 'invalid_input'],
    ['a number', { code: 1 }, 422, 'invalid_input'],
  ])('with %s is refused, and sets no cookie', async (what, proof, status, code) => {
    if (what === 'a code that was used') await (await begin(proof)).text();
    const refused = await begin(proof);
    expect(refused.status).toBe(status);
    expect(await fieldsOf(refused)).toMatchObject({ code });
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  test('lists the ways to sign in without a token', async () => {
    expect(await fieldsOf(await request('GET', '/auth/options'))).toEqual({
      identity_provider: null,
      command: null,
    });
  });
});

describe('a request with the cookie', () => {
  let browser: ReturnType<typeof browserWith>;
  beforeEach(() => {
    browser = browserWith('ann-dashboard');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'needs the X-Requested-With header if it is a %s',
    async (method) => {
      const path = '/agent-instances/7c9e6679-7425-40de-944b-e07fc1f90ae7';
      const without = await request(method, path, browser);
      expect(without.status).toBe(403);
      expect(await fieldsOf(without)).toMatchObject({ code: 'csrf' });
      const other = await request(method, path, { ...browser, 'x-requested-with': 'XMLHttpRequest' });
      expect(other.status).toBe(403);
      expect((await request(method, path, { ...browser, ...OF_THE_PAGE })).status).not.toBe(403);
    },
  );

  test('does not need that header if it only reads', async () => {
    expect((await request('GET', '/agent-summary', browser)).status).toBe(200);
  });

  test('uses its bearer token if it has one', async () => {
    const verified = await request('GET', '/auth/verify', { ...browser, authorization: 'Bearer bob' });
    expect(await fieldsOf(verified)).toMatchObject({ user_id: 'bob' });
    const bad = await request('GET', '/auth/verify', { ...browser, authorization: 'Bearer nobody' });
    expect(bad.status).toBe(401);
  });

  test('is refused if it has a token in the query string', async () => {
    expect((await request('GET', '/auth/verify?token=x', browser)).status).toBe(401);
  });

  test.each([
    ['POST', '/api-keys', { name: 'a key' }],
    ['DELETE', '/account', { confirm: 'ann' }],
  ])('needs a sign-in of the last hour for %s %s; a bearer token needs none', async (method, path, body) => {
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const call = async (headers: object) =>
      fieldsOf(await request(method, path, { ...OF_THE_PAGE, ...headers }, body));
    expect(await call(browserWith('ann-dashboard', ago(61)))).toMatchObject({
      status: 403,
      code: 'sign_in_again',
    });
    for (const recent of [browserWith('ann-dashboard', ago(59)), { authorization: 'Bearer ann-dashboard' }])
      expect(await call(recent)).not.toMatchObject({ code: 'sign_in_again' });
    const old = browserWith('ann-dashboard', ago(61));
    expect((await request('GET', '/agent-summary', old)).status).toBe(200);
  });

  test('is refused if the server has no sign-in', async () => {
    await using closed = await TestServer.start();
    const refused = await fetchDescribed(`${closed.url}/api/v1/auth/verify`, { headers: browser });
    expect(refused.status).toBe(401);
  });
});

describe('signing out', () => {
  const signOut = (headers: object) => request('DELETE', '/auth/session', headers);

  test('deletes the cookie and ends the sign-in of its token', async () => {
    const left = await signOut({ ...browserWith('ann-dashboard'), ...OF_THE_PAGE });
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie()[0]).toMatch(
      /^agent_dashboard_session_\d+=; .*expires=Thu, 01 Jan 1970/,
    );
    expect(signIn.signedOut).toEqual(['ann-dashboard of ann']);
  });

  test('deletes a cookie whose token is no longer valid', async () => {
    const left = await signOut({ ...browserWith('nobody'), ...OF_THE_PAGE });
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie()).toHaveLength(1);
    expect(signIn.signedOut).toEqual([]);
  });

  test('is refused to a page of another site', async () => {
    expect((await signOut(browserWith('ann-dashboard'))).status).toBe(403);
    expect(signIn.signedOut).toEqual([]);
  });
});

describe('two servers on one host, at different ports', () => {
  test('keep their own cookies: signing in or out at one changes nothing at the other', async () => {
    await using other = await TestServer.start({ signIn: new FakeSignIn() });
    // The storage of a page belongs to one port.
    const storages = new Map<string, string>();
    const at = (url: string, method: string, path: string, cookie: string, body?: object) =>
      fetchDescribed(`${url}/api/v1${path}`, {
        method,
        headers: { ...OF_THE_PAGE, cookie, 'x-session': storages.get(url) ?? '', ...(body && JSON_TYPE) },
        ...(body && { body: JSON.stringify(body) }),
      });
    const signInAt = async (url: string, token: string) => {
      const response = await at(url, 'POST', '/auth/session', cookies(), { token });
      store(response);
      storages.set(url, ((await response.json()) as { session: string }).session);
    };
    // Browsers send the cookies of a host to all its ports.
    const jar = new Map<string, string>();
    const cookies = () => Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
    const store = (response: Response) => {
      const [name = '', value = ''] = cookieOf(response).split('=');
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    };
    await signInAt(server.url, 'ann-dashboard');
    await signInAt(other.url, 'bob-dashboard');
    const userAt = async (url: string) =>
      (await fieldsOf(await at(url, 'GET', '/auth/verify', cookies()))).user_id;
    expect([await userAt(server.url), await userAt(other.url)]).toEqual(['ann', 'bob']);
    store(await at(other.url, 'DELETE', '/auth/session', cookies()));
    expect([await userAt(server.url), await userAt(other.url)]).toEqual(['ann', undefined]);
  });

  test.each([
    ['agents.example', 'agent_dashboard_session'],
    ['agents.example:8443', 'agent_dashboard_session_8443'],
    ['[::1]', 'agent_dashboard_session'],
    ['[::1]:8080', 'agent_dashboard_session_8080'],
    ['', 'agent_dashboard_session'],
  ])('name their cookie by the port of the address: %s', (host, name) => {
    expect(sessionCookieName(host)).toBe(name);
  });
});
