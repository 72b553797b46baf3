import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { type ClientSettings, createClient } from '../../../src/adapters/client/client.ts';
import { backoffMs } from '../../../src/adapters/client/http/backoff.ts';

type Answer = (res: ServerResponse) => void;

const problem =
  (status: number, code: string, headers: { [name: string]: string } = {}): Answer =>
  (res) =>
    res
      .writeHead(status, { 'content-type': 'application/problem+json', 'x-request-id': 'r-1', ...headers })
      .end(JSON.stringify({ status, code, detail: `${code}, in words`, request_id: 'r-1' }));
const page =
  (status: number): Answer =>
  (res) =>
    res.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
const done: Answer = (res) => res.end(JSON.stringify({ success: true }));
const hangUp: Answer = (res) => res.destroy();
const silence: Answer = () => undefined;

/** Starts a server that gives these answers in turn, and the last of them to all later requests. */
async function scripted(answers: readonly Answer[], settings: Partial<ClientSettings> = {}) {
  const requests: { key: string | undefined; body: string; at: number }[] = [];
  const server = createServer(async (req: IncomingMessage, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    requests.push({ key: req.headers['idempotency-key']?.toString(), body, at: Date.now() });
    answers[Math.min(requests.length, answers.length) - 1]!(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ baseUrl, token: 'ann', retryForMs: 20_000, ...settings });
  return {
    client,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const STEP = { agent_instance_id: 'b2b6ac4e-7df1-4bd1-9f0a-3a7a2c1c6a11', content: 'hi' };
/** What a response has if nothing has happened since the last one. */
const NOTHING = { queued_user_messages: [], outcomes: [], stop_requested: null };

test.each([
  ['409 idempotency_in_flight', problem(409, 'idempotency_in_flight', { 'retry-after': '0' })],
  ['429', problem(429, 'rate_limited', { 'retry-after': '0' })],
  ['500', problem(500, 'internal')],
  ['503', problem(503, 'storage_unavailable', { 'retry-after': '0' })],
  ['a proxy’s 502', page(502)],
  ['a connection that is lost', hangUp],
])('%s is tried again with the same key and the same body', async (_name, failure) => {
  await using server = await scripted([failure, failure, done]);
  expect(await server.client.sendMessage(STEP)).toEqual({ success: true });
  expect(server.requests).toHaveLength(3);
  expect(server.requests[0]!.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(new Set(server.requests.map(({ key }) => key)).size).toBe(1);
  expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
});

describe('a session whose scope is left', () => {
  const refused = problem(401, 'unauthenticated');
  const leave = async (server: Awaited<ReturnType<typeof scripted>>) => {
    await using session = server.client.session({ agent_type: 'script' });
    await session.sendMessage('hi');
  };

  test('after a failed call throws the error of that call, even if it cannot be ended either', async () => {
    await using server = await scripted([refused]);
    await expect(leave(server)).rejects.toMatchObject({ name: 'DashboardError', code: 'unauthenticated' });
    expect(server.requests).toHaveLength(2);
  });

  test('without a failed call throws if it cannot be ended', async () => {
    await using server = await scripted([done, refused]);
    await expect(leave(server)).rejects.toMatchObject({ name: 'DashboardError', code: 'unauthenticated' });
  });
});

test('each write has its own idempotency key, unless the caller sets one', async () => {
  await using server = await scripted([done]);
  await server.client.sendMessage(STEP);
  await server.client.sendMessage(STEP);
  await server.client.pendingMessages({ agent_instance_id: STEP.agent_instance_id });
  await server.client.sendMessage(STEP, { idempotencyKey: 'mine' });
  await server.client.verifyToken();
  const keys = server.requests.map(({ key }) => key);
  expect(new Set(keys.slice(0, 3)).size).toBe(3);
  expect(keys.slice(3)).toEqual(['mine', undefined]);
});

test('a retry waits for as long as Retry-After says', async () => {
  await using server = await scripted([problem(503, 'storage_busy', { 'retry-after': '1' }), done]);
  await server.client.sendMessage(STEP);
  const [first, second] = server.requests;
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(990);
});

test('a Retry-After longer than retryForMs is thrown at once', async () => {
  await using server = await scripted([problem(429, 'rate_limited', { 'retry-after': '3600' })]);
  await expect(server.client.sendMessage(STEP)).rejects.toMatchObject({
    code: 'rate_limited',
    status: 429,
    retryAfterMs: 3_600_000,
  });
  expect(server.requests).toHaveLength(1);
});

test.each([
  [400, 'agent_type_required'],
  [401, 'unauthenticated'],
  [403, 'insufficient_scope'],
  [404, 'instance_deleted'],
  [409, 'already_answered'],
  [422, 'idempotency_key_reused'],
])('%i %s is thrown at once, with the server’s message', async (status, code) => {
  await using server = await scripted([problem(status, code)]);
  await expect(server.client.sendMessage(STEP)).rejects.toMatchObject({
    name: 'DashboardError',
    message: `${code}, in words`,
    code,
    status,
    requestId: 'r-1',
  });
  expect(server.requests).toHaveLength(1);
});

test('a page or a redirect of another server is an unexpected answer', async () => {
  await using server = await scripted([page(200)]);
  await expect(server.client.verifyToken()).rejects.toMatchObject({ code: 'unexpected_answer', status: 200 });
  await using elsewhere = await scripted([(res) => res.writeHead(302, { location: '/login' }).end()]);
  await expect(elsewhere.client.sendMessage(STEP)).rejects.toMatchObject({
    code: 'unexpected_answer',
    status: 302,
  });
});

test.each([
  ['a 200 without a body', 200, ''],
  ['a 200 whose body is not an object', 200, '"ok"'],
  ['a 204 where a body is required', 204, ''],
])('%s is an unexpected answer', async (_name, status, body) => {
  await using server = await scripted([(res) => res.writeHead(status).end(body)]);
  await expect(server.client.ask(STEP)).rejects.toMatchObject({ code: 'unexpected_answer', status });
  expect(server.requests).toHaveLength(1);
});

test('an answer that is not an event stream is an unexpected answer', async () => {
  await using server = await scripted([page(200)]);
  await expect(server.client.people.events().next()).rejects.toMatchObject({
    code: 'unexpected_answer',
    status: 200,
  });
});

test('a lost stream waits at most one hour, however long Retry-After is', async () => {
  await using server = await scripted([
    problem(503, 'storage_unavailable', { 'retry-after': '99999999999' }),
  ]);
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const stop = new AbortController();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const next = server.client.people.events({ signal: stop.signal, onLost: resolve }).next();
    await lost;
    await vi.advanceTimersByTimeAsync(60 * 60 * 1000 - 1);
    expect(server.requests).toHaveLength(1);
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  } finally {
    vi.useRealTimers();
  }
});

test('timeoutMs may be infinite', async () => {
  await using server = await scripted([done], { timeoutMs: Number.POSITIVE_INFINITY, retryForMs: 0 });
  expect(await server.client.sendMessage(STEP)).toEqual({ success: true });
});

test.each([
  ['an idempotency key that is not ASCII', { idempotencyKey: 'déployé' }],
  ['an idempotency key that ends with a space', { idempotencyKey: 'deployed ' }],
  ['an empty idempotency key', { idempotencyKey: '' }],
  ['an invalid deadline', { deadline: new Date('soon') }],
])('%s is refused at once', async (_name, wrong) => {
  await using server = await scripted([done]);
  await expect(server.client.ask(STEP, wrong)).rejects.toThrow(TypeError);
  expect(server.requests).toEqual([]);
});

test('after retryForMs the last error is thrown', async () => {
  await using server = await scripted([hangUp], { retryForMs: 300 });
  await expect(server.client.sendMessage(STEP)).rejects.toMatchObject({
    code: 'unreachable',
    status: null,
    message: expect.stringContaining(' cannot be reached ('),
  });
});

test('a request without an answer is tried again after timeoutMs', async () => {
  await using server = await scripted([silence, done], { timeoutMs: 100 });
  expect(await server.client.sendMessage(STEP)).toEqual({ success: true });
});

test('a question is pending, without an error, if the server is down at its deadline', async () => {
  const asked: Answer = (res) => res.end(JSON.stringify({ ...STEP, message_id: 'q', ...NOTHING }));
  await using server = await scripted([asked, hangUp]);
  const deadline = new Date(Date.now() + 1_500);
  expect(await server.client.ask(STEP, { deadline })).toMatchObject({ status: 'pending', question_id: 'q' });
  expect(server.requests.length).toBeGreaterThan(2);
});

test('an internal error that stays is thrown after retryForMs, although the question has no deadline', async () => {
  const asked: Answer = (res) => res.end(JSON.stringify({ ...STEP, message_id: 'q', ...NOTHING }));
  await using server = await scripted([asked, problem(500, 'internal')], { retryForMs: 300 });
  await expect(server.client.ask(STEP)).rejects.toMatchObject({ code: 'internal' });
});

test('a signal ends a call between two tries', async () => {
  const stop = new AbortController();
  await using server = await scripted([
    (res) => {
      hangUp(res);
      setTimeout(() => stop.abort(new Error('enough')), 20);
    },
  ]);
  await expect(server.client.sendMessage(STEP, { signal: stop.signal })).rejects.toThrow('enough');
});

test('pauses double up to 10 s, and up to half of each is random', () => {
  expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 1))).toEqual([250, 500, 1_000, 10_000]);
  expect(backoffMs(3, 0)).toBe(500);
});

test.each([
  ['a baseUrl that is not a URL', { baseUrl: 'localhost' }],
  ['a baseUrl of another protocol', { baseUrl: 'ftp://localhost' }],
  ['an empty token', { token: '' }],
  ['a token that was not set', { token: undefined as unknown as string }],
  ['a token of two lines', { token: 'a\nb' }],
])('%s is refused at once', (_name, wrong) => {
  expect(() => createClient({ baseUrl: 'http://127.0.0.1', token: 'ann', ...wrong })).toThrow(TypeError);
});

test.each(['', '/', '/api/v1', '/api/v1/'])('baseUrl may end with "%s"', async (end) => {
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = async (url) => {
    urls.push(String(url));
    return Response.json({});
  };
  await createClient({ baseUrl: `https://example.test${end}`, token: 'ann', fetch }).verifyToken();
  expect(urls).toEqual(['https://example.test/api/v1/auth/verify']);
});
