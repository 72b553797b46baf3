import { expect, test } from 'vitest';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { TestServer } from '../test-server.ts';

test('GET / describes the server without a token', async () => {
  await using server = await TestServer.start({ links: { mcp: '/mcp' } });
  const answer = await fetchDescribed(server.url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-request-id')).toMatch(/./);
  expect(await answer.json()).toEqual({
    name: 'agent-dashboard',
    version: '1.2.3',
    links: {
      api: '/api/v1',
      openapi: '/openapi.json',
      health: '/health',
      ready: '/ready',
      mcp: '/mcp',
    },
  });
});

test('GET /health is ok while the process runs', async () => {
  await using server = await TestServer.start({ ping: () => Promise.reject(new Error('no store')) });
  expect(await (await fetchDescribed(`${server.url}/health`)).json()).toEqual({ status: 'ok' });
});

test('GET /ready is ok only while the store answers', async () => {
  let fault: Error | null = null;
  await using server = await TestServer.start({
    ping: async () => {
      if (fault !== null) throw fault;
    },
  });
  expect((await fetchDescribed(`${server.url}/ready`)).status).toBe(200);
  fault = new Error('connect ECONNREFUSED 10.0.0.1:5432');
  const answer = await fetchDescribed(`${server.url}/ready`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('2');
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'storage_unavailable' });
  expect(text).not.toContain('10.0.0.1');
});

test.each([
  ['', ['agent', 'dashboard']],
  ['/mcp', ['agent']],
  ['/api/v1', ['agent', 'dashboard']],
])('the metadata of the protected resource "%s" needs no token', async (resource, scopes) => {
  await using server = await TestServer.start({ authorizationServers: ['https://login.example'] });
  const answer = await fetchDescribed(`${server.url}/.well-known/oauth-protected-resource${resource}`);
  expect(await answer.json()).toEqual({
    resource: `${server.url}${resource}`,
    bearer_methods_supported: ['header'],
    scopes_supported: scopes,
    authorization_servers: ['https://login.example'],
  });
});

test('these paths allow only GET, HEAD and OPTIONS', async () => {
  await using server = await TestServer.start();
  const [head, options, post] = await Promise.all(
    ['HEAD', 'OPTIONS', 'POST'].map((method) => fetchDescribed(`${server.url}/health`, { method })),
  );
  expect([head?.status, options?.status, post?.status]).toEqual([200, 204, 405]);
  expect(options?.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  expect(post?.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
});

test('GET /.well-known/jwks.json returns the current keys without a token, cached for five minutes', async () => {
  const keys = [{ kty: 'OKP', kid: 'a' }];
  await using server = await TestServer.start({ jwks: () => ({ keys }) });
  const ask = () => fetchDescribed(`${server.url}/.well-known/jwks.json`);
  const answer = await ask();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/jwk-set+json');
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  expect(await answer.json()).toEqual({ keys: [{ kty: 'OKP', kid: 'a' }] });
  keys.push({ kty: 'OKP', kid: 'b' });
  expect(await (await ask()).json()).toEqual({ keys });
});

test('a server without public keys has no /.well-known/jwks.json', async () => {
  await using server = await TestServer.start();
  const answer = await fetch(`${server.url}/.well-known/jwks.json`);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a failure to read the keys is an error that is not cached', async () => {
  await using server = await TestServer.start({
    jwks: () => {
      throw new Error('no keys');
    },
  });
  const answer = await fetch(`${server.url}/.well-known/jwks.json`);
  expect(answer.status).toBe(500);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('any other path is a 404 problem, unless other middleware answers it', async () => {
  await using server = await TestServer.start({
    moreMiddleware: [
      (ctx, next) => {
        if (ctx.path !== '/mcp') return next();
        ctx.body = 'mcp';
        return undefined;
      },
    ],
  });
  expect(await (await fetch(`${server.url}/mcp`)).text()).toBe('mcp');
  const answer = await fetch(`${server.url}/favicon.ico`);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await answer.json()).toMatchObject({ status: 404, code: 'not_found' });
});
