import type { Middleware } from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { protectedNodeHandler } from '../../../../src/adapters/koa/server/protected-node-handler.ts';
import { open, parseAnswer, sendRaw, untilClosed } from '../raw-http.ts';
import { fakeTokens, LogBook, TestServer } from '../test-server.ts';

const EXPECTED = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Writes its responses without Koa, as MCP does. */
const streaming = protectedNodeHandler({
  paths: ['/stream'],
  methods: ['GET'],
  tokens: fakeTokens,
  logger: new LogBook(),
  bodyLimit: 1_000,
  handler: async (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(': open\n\n');
  },
});

const page: Middleware = (ctx, next) => {
  if (ctx.path !== '/page') return next();
  ctx.set('Content-Security-Policy', "default-src 'self'");
  ctx.set('Cache-Control', 'public, max-age=60');
  ctx.body = '<!doctype html>';
  return undefined;
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    corsOrigins: ['https://page.example'],
    moreMiddleware: [page, streaming],
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, ...headers: string[]) =>
  sendRaw(server.port, [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers]);

const ANN = 'Authorization: Bearer ann';
const answers: [what: string, status: number, answer: () => ReturnType<typeof get>][] = [
  ['a success', 200, () => get('/api/v1/auth/verify', ANN)],
  ['a page about the server', 200, () => get('/')],
  ['no token', 401, () => get('/api/v1/auth/verify')],
  ['an unknown host', 403, () => sendRaw(server.port, ['GET / HTTP/1.1', 'Host: evil.example'])],
  ['an unknown origin', 403, () => get('/', 'Origin: https://evil.example')],
  ['an unknown path', 404, () => get('/nowhere')],
  ['a handler that writes its own responses', 200, () => get('/stream', ANN)],
  ['an error of such a handler', 401, () => get('/stream')],
  [
    'a preflight',
    204,
    () =>
      sendRaw(server.port, [
        'OPTIONS /api/v1/messages/agent HTTP/1.1',
        'Host: localhost',
        'Origin: https://page.example',
        'Access-Control-Request-Method: POST',
      ]),
  ],
  [
    'a request that is not HTTP',
    400,
    async () => {
      const socket = await open(server.port);
      socket.write('NONSENSE\r\n\r\n');
      return parseAnswer(await untilClosed(socket));
    },
  ],
  ['a request with an invalid target', 400, () => get('http://localhost:99999999/')],
];

describe('every response has the security headers', () => {
  test.each(answers)('%s', async (_what, status, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject(EXPECTED);
  });

  test('a page can replace the headers that suit only an API', async () => {
    const { headers } = await get('/page');
    expect(Object.fromEntries(headers)).toMatchObject({
      ...EXPECTED,
      'content-security-policy': "default-src 'self'",
      'cache-control': 'public, max-age=60',
    });
  });

  test('pages of configured origins can still read responses', async () => {
    const { headers } = await get('/api/v1/auth/verify', ANN, 'Origin: https://page.example');
    expect(headers.get('access-control-allow-origin')).toBe('https://page.example');
  });
});

describe('Strict-Transport-Security', () => {
  test.each([
    ['https://agents.example', 'max-age=31536000'],
    ['http://agents.example', null],
    [null, null],
  ])('with the public URL %s is %s', async (publicUrl, expected) => {
    await using one = await TestServer.start({ publicUrl });
    for (const path of ['/', '/api/v1/auth/verify']) {
      expect((await fetch(one.url + path)).headers.get('strict-transport-security')).toBe(expected);
    }
  });
});

describe('a response to a request with a token is not cached', () => {
  test.each([
    ['/api/v1/auth/verify', ANN, 200],
    ['/api/v1/auth/verify', 'Authorization: Bearer eve', 401],
    ['/api/v1/nowhere', ANN, 404],
    ['/api/v1/messages/pending', ANN, 422],
    ['/stream', ANN, 200],
  ])('%s with "%s" (%i)', async (path, authorization, status) => {
    const answer = await get(path, authorization);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('an error is not cached: an unknown path may exist tomorrow', async () => {
    for (const answer of [await get('/nowhere'), await get('/', 'Origin: null')])
      expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
