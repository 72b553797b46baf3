import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Koa, { type Middleware } from 'koa';
import { afterEach, expect, test } from 'vitest';
import { restApi } from '../../../../src/adapters/koa/rest/rest-api.ts';
import { fakeTokens, inMemory, LogBook, listen } from '../test-server.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A host application with our REST API, and middleware that runs before it. */
async function hostApp(before: readonly Middleware[] = []) {
  const app = new Koa();
  const errors: unknown[] = [];
  app.on('error', (error) => errors.push(error));
  const log = new LogBook();
  for (const middleware of before) app.use(middleware);
  app.use(restApi({ dispatch: inMemory().dispatch, tokens: fakeTokens, logger: log }));
  app.use((ctx) => {
    ctx.body = `the host at ${ctx.path}`;
  });
  const server = createServer(app.callback());
  const url = `http://127.0.0.1:${await listen(server)}`;
  closers.push(() => server.close().closeAllConnections());
  const post = (body: string, headers: { [name: string]: string } = {}, init: RequestInit = {}) =>
    fetch(`${url}/api/v1/messages/agent`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann', 'content-type': 'application/json', ...headers },
      body,
      ...init,
    });
  return { url, errors, log, post };
}

/** Imitates body parsers for Koa, each of which leaves its result in another form. */
const parser =
  (leave: (text: string) => object): Middleware =>
  async (ctx, next) => {
    const chunks: Buffer[] = [];
    for await (const chunk of ctx.req) chunks.push(chunk);
    Object.assign(ctx.request, leave(Buffer.concat(chunks).toString()));
    await next();
  };

const message = () =>
  JSON.stringify({ agent_instance_id: randomUUID(), agent_type: 'codex', content: 'mounted' });

test('answers paths under /api/v1 and leaves every other path to the host', async () => {
  const { url, post } = await hostApp();
  expect((await post(message())).status).toBe(200);
  for (const path of ['/', '/health', '/api', '/api/v1x', '/api/v2/messages/agent']) {
    expect(await (await fetch(url + path)).text()).toBe(`the host at ${path}`);
  }
});

test('answers its own errors: the host’s error handlers see none of them', async () => {
  const { url, errors, log } = await hostApp();
  const answer = await fetch(`${url}/api/v1/auth/verify`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain(`resource_metadata="${url}/.well-known/`);
  expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  expect(errors).toEqual([]);
  expect(log.lines.filter((line) => line.message === 'request')).toHaveLength(1);
});

test('keeps the request id that the host has set', async () => {
  const { url } = await hostApp([
    (ctx, next) => {
      ctx.set('X-Request-Id', 'from-the-host');
      return next();
    },
  ]);
  const answer = await fetch(`${url}/api/v1/auth/verify`, { headers: { 'x-request-id': 'mine' } });
  expect(await answer.json()).toMatchObject({ request_id: 'from-the-host' });
  expect(answer.headers.get('x-request-id')).toBe('from-the-host');
});

test.each<[string, (text: string) => object]>([
  ['the parsed body', (text) => ({ body: JSON.parse(text) })],
  ['the parsed body and its text', (text) => ({ body: JSON.parse(text), rawBody: text })],
  ['text', (text) => ({ body: text })],
  ['bytes', (text) => ({ body: Buffer.from(text) })],
])('uses %s of a body parser that ran before, instead of reading the stream again', async (_name, leave) => {
  const { post } = await hostApp([parser(leave)]);
  expect(await (await post(message())).json()).toMatchObject({ success: true });
});

test('applies the same rules to a body that the host’s parser has read', async () => {
  const lenient = await hostApp([parser((text) => ({ body: JSON.parse(text) }))]);
  expect(await (await lenient.post('[]')).json()).toMatchObject({ code: 'invalid_json' });
  expect(await (await lenient.post('{}', { 'content-type': 'text/plain' })).json()).toMatchObject({
    status: 415,
  });
  const raw = await hostApp([parser((text) => ({ rawBody: text, body: {} }))]);
  expect(await (await raw.post('{"a":')).json()).toMatchObject({ code: 'invalid_json' });
  expect(await (await raw.post(`{"a":"${'x'.repeat(16 * 1024 * 1024)}"}`)).json()).toMatchObject({
    status: 413,
  });
});

test('a body that the host has read and not kept is an error, and the request does not hang', async () => {
  const { post, log } = await hostApp([parser(() => ({}))]);
  expect((await post(message())).status).toBe(500);
  expect(log.at('error')).toHaveLength(1);
});

test('a body whose client hung up before it was read is no error of the server', async () => {
  const hangUp = new AbortController();
  const handled = Promise.withResolvers<void>();
  const slowHost: Middleware = async ({ res }, next) => {
    hangUp.abort();
    await once(res, 'close');
    await next().finally(handled.resolve);
  };
  const { post, log } = await hostApp([slowHost]);
  await expect(post(message(), {}, { signal: hangUp.signal })).rejects.toThrow('aborted');
  await handled.promise;
  expect(log.at('error')).toEqual([]);
});
