import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RateLimitPerToken } from '../../../../src/adapters/koa/access/rate-limit.ts';
import { sealSession } from '../../../../src/adapters/koa/access/sealed-session.ts';
import { protectedNodeHandler } from '../../../../src/adapters/koa/server/protected-node-handler.ts';
import { unauthenticated } from '../../../../src/ports/errors.ts';
import { open, parseAnswer } from '../raw-http.ts';
import { fakeTokens, fieldsOf, inMemory, LogBook, TestServer } from '../test-server.ts';

describe('counting', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const asked = async (limit: RateLimitPerToken, token: string, times: number) => {
    for (let nth = 0; nth < times; nth += 1) await limit.count(token);
  };

  test('allows the configured number of requests per minute, and then says how many seconds to wait', async () => {
    const limit = new RateLimitPerToken(3);
    await asked(limit, 'ann', 3);
    vi.advanceTimersByTime(12_300);
    await expect(limit.count('ann')).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'Retry-After': '48' },
    });
  });

  test('starts again after a minute, however many requests were refused', async () => {
    const limit = new RateLimitPerToken(3);
    await asked(limit, 'ann', 3);
    vi.advanceTimersByTime(59_999);
    await expect(limit.count('ann')).rejects.toMatchObject({ headers: { 'Retry-After': '1' } });
    vi.advanceTimersByTime(1);
    await asked(limit, 'ann', 3);
    await expect(limit.count('ann')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('counts each token on its own', async () => {
    const limit = new RateLimitPerToken(1);
    for (const token of ['ann', 'bob', 'ann-dashboard']) await limit.count(token);
  });

  test('keeps a limited number of tokens: it forgets the one that was unused for longest, not the busiest', async () => {
    const limit = new RateLimitPerToken(1, 2);
    await limit.count('quiet');
    await limit.count('wild');
    for (let nth = 0; nth < 10; nth += 1) {
      await limit.count(`new-${nth}`);
      await expect(limit.count('wild')).rejects.toMatchObject({ code: 'rate_limited' });
    }
    await limit.count('quiet');
  });

  test('does not keep the tokens themselves', async () => {
    const kept = [vi.spyOn(LRUCache.prototype, 'set'), vi.spyOn(RateLimiterMemory.prototype, 'consume')];
    await new RateLimitPerToken(5).count('secret-token');
    for (const { mock } of kept) {
      expect(mock.calls).toHaveLength(1);
      expect(JSON.stringify(mock.calls)).not.toContain('secret');
    }
    vi.restoreAllMocks();
  });
});

const step = (content: string, agent_instance_id: string) => ({
  agent_instance_id,
  agent_type: 'codex',
  content,
});

describe('a token over its limit', () => {
  test('gets 429 with Retry-After, and other tokens are not affected', async () => {
    await using server = await TestServer.start({ rateLimit: new RateLimitPerToken(2) });
    const verify = (token: string) =>
      server.call('GET', '/auth/verify', { headers: { authorization: `Bearer ${token}` } });
    // The first call of a test also loads the OpenAPI document, which may take more than a second.
    await verify('bob');
    const answers = [await verify('ann'), await verify('ann'), await verify('ann')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers.get('retry-after')).toBe('60');
    expect(answers[2]?.headers.get('cache-control')).toBe('no-store');
    expect(await answers[2]?.json()).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Too many requests with this token; try again in 60 s',
      code: 'rate_limited',
      request_id: answers[2]?.headers.get('x-request-id'),
    });
    expect((await verify('bob')).status).toBe(200);
    expect((await verify('slow-ann')).status).toBe(200);
  });

  test('is counted together, whether it comes in a header or in a cookie', async () => {
    const signIn = { redeem: () => Promise.reject(unauthenticated()), signOut: async () => {} };
    await using server = await TestServer.start({ rateLimit: new RateLimitPerToken(1), signIn });
    const url = `${server.url}/api/v1/auth/verify`;
    const { key, sealed } = sealSession({ token: 'ann', signedInAt: new Date() });
    const ofBrowser = { cookie: `agent_dashboard_session_${server.port}=${key}`, 'x-session': sealed };
    const held = [ofBrowser, { authorization: 'Bearer ann' }, ofBrowser];
    const statuses = [];
    for (const headers of held) statuses.push((await fetch(url, { headers })).status);
    expect(statuses).toEqual([200, 429, 429]);
  });

  test('is refused before the body is read', async () => {
    await using server = await TestServer.start({ rateLimit: new RateLimitPerToken(0) });
    const socket = await open(server.port);
    const answered = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(chunk.toString()));
    });
    socket.write(
      'POST /api/v1/messages/agent HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
    );
    expect(parseAnswer(await answered).status).toBe(429);
    socket.destroy();
  });

  test('loses nothing: queued messages stay queued, and the Idempotency-Key of a refused write is unused', async () => {
    const { dispatch } = inMemory();
    const instance = randomUUID();
    await using unlimited = await TestServer.start({ dispatch });
    await unlimited.call('POST', '/messages/agent', { body: step('started', instance) });
    const said = { agent_instance_id: instance, content: 'look here', mark_as_read: false };
    await unlimited.call('POST', '/messages/user', { body: said });

    await using limited = await TestServer.start({ dispatch, rateLimit: new RateLimitPerToken(0) });
    const headers = { 'idempotency-key': 'k' };
    const refused = await limited.call('POST', '/messages/agent', { body: step('next', instance), headers });
    expect(refused.status).toBe(429);
    const repeated = await unlimited.call('POST', '/messages/agent', {
      body: step('next', instance),
      headers,
    });
    expect(await repeated.json()).toMatchObject({
      step_number: 2,
      queued_user_messages: [{ content: 'look here' }],
    });
  });

  test('is counted over REST and MCP together, and is refused on both', async () => {
    const rateLimit = new RateLimitPerToken(2);
    let reached = 0;
    const mcp = protectedNodeHandler({
      paths: ['/mcp'],
      methods: ['POST'],
      tokens: fakeTokens,
      rateLimit,
      logger: new LogBook(),
      bodyLimit: 1_000,
      handler: async (_req, res) => {
        reached += 1;
        res.writeHead(200).end('{}');
      },
    });
    await using server = await TestServer.start({ rateLimit, moreMiddleware: [mcp] });
    const post = () =>
      fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: { authorization: 'Bearer ann', 'content-type': 'application/json' },
        body: '{}',
      });
    expect((await server.call('GET', '/auth/verify')).status).toBe(200);
    expect((await post()).status).toBe(200);
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await fieldsOf(refused)).toMatchObject({ error: { data: { code: 'rate_limited' } } });
    expect(reached).toBe(1);
  });

  test('may send as many calls in batches as on their own, and no call of a batch over the limit runs', async () => {
    const sizes: number[] = [];
    const mcp = protectedNodeHandler({
      ...{ paths: ['/mcp'], methods: ['POST'], tokens: fakeTokens, logger: new LogBook(), bodyLimit: 1_000 },
      rateLimit: new RateLimitPerToken(5),
      handler: async (_req, res, { body }) => {
        sizes.push((body as object[]).length);
        res.writeHead(200).end('{}');
      },
    });
    await using server = await TestServer.start({ moreMiddleware: [mcp] });
    const statuses = [];
    for (const size of [0, 3, 2, 1]) {
      const headers = { authorization: 'Bearer ann', 'content-type': 'application/json' };
      const body = JSON.stringify(Array.from({ length: size }, () => ({})));
      statuses.push((await fetch(`${server.url}/mcp`, { method: 'POST', headers, body })).status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(sizes).toEqual([0, 3]);
  });

  test('is named in the log', async () => {
    await using server = await TestServer.start({ rateLimit: new RateLimitPerToken(0) });
    await server.call('GET', '/auth/verify');
    expect(server.log.lines.at(-1)?.fields).toMatchObject({ status: 429, user_id: 'ann' });
  });
});

test('an invalid token is not counted: it always gets 401', async () => {
  const rateLimit = new RateLimitPerToken(0);
  await using server = await TestServer.start({ rateLimit });
  const headers = { authorization: 'Bearer eve' };
  expect((await server.call('GET', '/auth/verify', { headers })).status).toBe(401);
});

test('without a limit a token can send any number of requests', async () => {
  await using server = await TestServer.start({ rateLimit: null });
  for (let nth = 0; nth < 20; nth += 1) expect((await server.call('GET', '/auth/verify')).status).toBe(200);
});
