import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import type { Dispatch } from '../../../../src/application/dispatch/dispatch.ts';
import {
  identityProviderUnavailable,
  storageBusy,
  storageUnavailable,
} from '../../../../src/ports/errors.ts';
import { agentTypeIdOf, instanceIdOf, NOW } from '../../../support/builders.ts';
import { open } from '../raw-http.ts';
import { inMemory, TestServer } from '../test-server.ts';

const failing =
  (error: unknown): Dispatch =>
  () =>
    Promise.reject(error);

test.each([
  new Error('password=hunter2'),
  'password=hunter2',
  Object.assign(new Error('x'), { status: 404, expose: true }),
])('an unexpected error is a 500 that shows only the request id; its cause is in the log', async (fault) => {
  await using server = await TestServer.start({ dispatch: failing(fault) });
  const answer = await server.call('GET', '/auth/verify', { headers: { 'x-request-id': 'find-me' } });
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong on the server; its log has the cause under request find-me',
    code: 'internal',
    request_id: 'find-me',
  });
  expect(server.log.at('error')).toEqual([
    { level: 'error', message: 'internal error', fields: { err: fault, request_id: 'find-me' } },
  ]);
});

test.each([
  ['unavailable', storageUnavailable(new Error('ECONNREFUSED 10.0.0.1')), 'storage_unavailable', '2'],
  ['busy', storageBusy(), 'storage_busy', '1'],
])('a store that is %s is 503 with Retry-After, and a warning', async (_name, error, code, seconds) => {
  await using server = await TestServer.start({ dispatch: failing(error) });
  const answer = await server.call('GET', '/auth/verify');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe(seconds);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code });
  expect(text).not.toContain('10.0.0.1');
  expect(server.log.at('warn').map(({ fields }) => fields)).toMatchObject([{ err: error, code }]);
  expect(server.log.at('error')).toEqual([]);
});

test('a token check without the identity provider is 503, not 401', async () => {
  const tokens = { verify: () => Promise.reject(identityProviderUnavailable(new Error('id.example:443'))) };
  await using server = await TestServer.start({ tokens });
  const answer = await server.call('GET', '/auth/verify');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  expect(answer.headers.has('www-authenticate')).toBe(false);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'identity_provider_unavailable' });
  expect(text).not.toContain('id.example');
});

test('a token check without the store is 503, not 401', async () => {
  const tokens = { verify: () => Promise.reject(storageUnavailable()) };
  await using server = await TestServer.start({ tokens });
  expect((await server.call('GET', '/auth/verify')).status).toBe(503);
});

test('a client that disconnects within its body is not logged as a server error', async () => {
  await using server = await TestServer.start();
  const socket = await open(server.port);
  socket.write(
    'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
      'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"content":',
  );
  const logged = new Promise<void>((resolve) => {
    server.http.server.once('request', (_req, res) => res.once('close', () => setImmediate(resolve)));
  });
  setImmediate(() => socket.resetAndDestroy());
  await logged;
  expect(server.log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  expect(server.log.lines.map(({ fields }) => fields)).toContainEqual(
    expect.objectContaining({ status: 400 }),
  );
  expect((await server.call('GET', '/auth/verify')).status).toBe(200);
});

test('a new agent type beside 200 others is refused with 409, for a step and for a new instance', async () => {
  const store = new InMemoryAgentInstanceRepository(new InProcessSignals());
  const memory = inMemory(() => store);
  await using server = await TestServer.start({ dispatch: memory.dispatch });
  const call = (path: string, agent_type: string) =>
    server.call('POST', path, { body: { agent_instance_id: randomUUID(), agent_type, content: 'started' } });
  expect((await call('/messages/agent', 'known')).status).toBe(200);
  const [user] = store.users.values();
  for (let nth = user!.agentTypes.size; nth < 200; nth += 1) {
    user!.agentTypes.set(`type ${nth}`, { id: agentTypeIdOf(nth), name: `type ${nth}`, createdAt: NOW });
  }
  for (const path of ['/messages/agent', '/agent-instances']) {
    const refused = await call(path, 'new');
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'too_many_agent_types', detail: expect.stringContaining('200 agent types') },
    ]);
    expect((await call(path, 'known')).ok).toBe(true);
  }
});

test('a new instance beside 10,000 open ones is refused with 409, until one of them has ended', async () => {
  const store = new InMemoryAgentInstanceRepository(new InProcessSignals());
  const memory = inMemory(() => store);
  await using server = await TestServer.start({ dispatch: memory.dispatch });
  const call = (path: string, agent_instance_id: string) =>
    server.call('POST', path, { body: { agent_instance_id, agent_type: 'codex', content: 'started' } });
  const known = randomUUID();
  expect((await call('/messages/agent', known)).status).toBe(200);
  const [user] = store.users.values();
  const [stored] = user!.instances.values();
  for (let nth = 1; nth < 10_000; nth += 1) user!.instances.set(instanceIdOf(nth), stored!);
  for (const path of ['/messages/agent', '/agent-instances']) {
    const refused = await call(path, randomUUID());
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'too_many_open_instances', detail: expect.stringContaining('10,000 open agent instances') },
    ]);
  }
  expect((await call('/messages/agent', known)).status).toBe(200);
  expect((await call('/sessions/end', known)).status).toBe(200);
  expect((await call('/messages/agent', randomUUID())).status).toBe(200);
});
