import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { type IssuedKey, IssuedKeys } from '../../issued-keys.ts';
import { type CallOptions, fieldsOf, inMemory, TestServer } from '../test-server.ts';

async function start() {
  const memory = inMemory();
  const keys = new IssuedKeys();
  const server = await TestServer.start({ dispatch: memory.dispatch, tokens: keys.tokens });
  return {
    keys,
    server,
    signals: memory.signals,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
    },
  };
}
type Started = Awaited<ReturnType<typeof start>>;

const call = ({ server }: Started, { token }: IssuedKey, method: string, path: string, body?: object) => {
  const options: CallOptions = { headers: { authorization: `Bearer ${token}` } };
  return server.call(method, path, body === undefined ? options : { ...options, body });
};

/** A request that waits, and its response. */
async function waitWith(started: Started, key: IssuedKey, method: 'GET' | 'POST') {
  const waiting = started.signals.size;
  const instance = { agent_instance_id: randomUUID() };
  const step = { ...instance, agent_type: 'codex', content: 'started' };
  const answer = await call(started, key, 'POST', '/messages/agent', step);
  const cursor = { ...instance, last_read_message_id: (await fieldsOf(answer)).message_id as string };
  const answered =
    method === 'POST'
      ? call(started, key, method, '/messages/pending', { ...cursor, wait: 60 })
      : call(started, key, method, `/messages/pending?${new URLSearchParams({ ...cursor, wait: '60' })}`);
  // A request that still waits at the end of the test is aborted.
  answered.catch(() => {});
  await vi.waitFor(() => expect(started.signals.size).toBe(waiting + 1), { interval: 1 });
  return { answered };
}

test.each(['GET', 'POST'] as const)(
  '%s: a waiting request ends with 401 when its key is revoked',
  async (method) => {
    await using started = await start();
    const [key, other] = [await started.keys.issue(), await started.keys.issue()];
    const { answered } = await waitWith(started, key, method);
    await waitWith(started, other, method);
    await started.keys.revoke(key);
    const answer = await answered;
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
    // The request with the other key goes on waiting.
    expect(started.signals.size).toBe(1);
  },
);

test('a waiting request ends with 401 when its key expires', async () => {
  await using started = await start();
  const { answered } = await waitWith(started, await started.keys.issueBriefly(), 'POST');
  expect((await answered).status).toBe(401);
  expect(started.signals.size).toBe(0);
});

test('a request whose key is revoked while its body arrives changes nothing', async () => {
  await using started = await start();
  const key = await started.keys.issue();
  const other = await started.keys.issue();
  const instance = randomUUID();
  const body = JSON.stringify({ agent_instance_id: instance, agent_type: 'codex', content: 'too late' });
  // The token is verified already, so the headers of this request are handled before the next request is
  // answered.
  await call(started, key, 'GET', '/auth/verify');
  const slow = request(`${started.server.url}/api/v1/messages/agent`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key.token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  });
  const response = once(slow, 'response');
  slow.write(body.slice(0, 10));
  await once(started.server.http.server, 'request');
  await call(started, other, 'GET', '/auth/verify');
  await started.keys.revoke(key);
  slow.end(body.slice(10));
  const [answer] = await response;
  expect(answer.statusCode).toBe(401);
  answer.resume();
  const pending = `/messages/pending?agent_instance_id=${instance}`;
  expect((await call(started, other, 'GET', pending)).status).toBe(400);
});
