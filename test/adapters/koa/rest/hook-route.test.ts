import { expect, test } from 'vitest';
import type { HookReceiver, HookRequest } from '../../../../src/adapters/koa/rest/hook-route.ts';
import { fieldsOf, inMemory, TestServer } from '../test-server.ts';

const EVENT = { hook_event_name: 'Stop', session_id: 's' };

class RecordingHooks implements HookReceiver {
  readonly agents = ['claude-code'];
  readonly received: { agent: string; body: object; request: HookRequest }[] = [];

  async receive(agent: string, body: object, request: HookRequest): Promise<object> {
    this.received.push({ agent, body, request });
    return { decision: 'block' };
  }
}

async function start() {
  const hooks = new RecordingHooks();
  const server = await TestServer.start({ ...inMemory(), hooks });
  return { hooks, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('passes the event on as it is, and answers with what comes back', async () => {
  await using started = await start();
  const response = await started.server.call('POST', '/hooks/claude-code', { body: EVENT });
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({ decision: 'block' });
  expect(started.hooks.received).toMatchObject([
    {
      agent: 'claude-code',
      body: EVENT,
      request: { caller: { userId: 'ann' }, steps: 'all', timeoutSeconds: null },
    },
  ]);
});

test('passes on which steps are wanted, and how long the agent waits', async () => {
  await using started = await start();
  await started.server.call('POST', '/hooks/claude-code?steps=edits&timeout=30', { body: EVENT });
  expect(started.hooks.received).toMatchObject([{ request: { steps: 'edits', timeoutSeconds: 30 } }]);
});

test.each([
  ['steps=some', 'steps'],
  ['steps=all&steps=none', 'steps'],
  ['timeout=0', 'timeout'],
  ['timeout=-1', 'timeout'],
  ['timeout=soon', 'timeout'],
  ['timeout=86401', 'timeout'],
  ['timeout=1&timeout=2', 'timeout'],
])('refuses ?%s, and names the field', async (query, path) => {
  await using started = await start();
  const response = await started.server.call('POST', `/hooks/claude-code?${query}`, { body: EVENT });
  expect(response.status).toBe(422);
  expect(await fieldsOf(response)).toMatchObject({ code: 'invalid_input', errors: [{ path }] });
});

test.each<[string, number, string, Parameters<TestServer['call']>]>([
  ['a token of a person', 403, 'insufficient_scope', person('POST', '/hooks/claude-code')],
  ['an unknown agent', 404, 'not_found', ['POST', '/hooks/another', { body: EVENT }]],
  ['another method', 405, 'method_not_allowed', ['GET', '/hooks/claude-code']],
  ['no JSON', 400, 'invalid_json', ['POST', '/hooks/claude-code', json('{')]],
  ['a list', 400, 'invalid_json', ['POST', '/hooks/claude-code', { body: [EVENT] }]],
  ['2 MB and more', 413, 'too_large', ['POST', '/hooks/claude-code', { body: { a: 'x'.repeat(2 ** 21) } }]],
])('refuses %s', async (_, status, code, call) => {
  await using started = await start();
  const response = await started.server.call(...call);
  expect(response.status).toBe(status);
  expect(await fieldsOf(response)).toMatchObject({ code });
  expect(started.hooks.received).toEqual([]);
});

test('does not exist in an application without hooks', async () => {
  await using server = await TestServer.start();
  expect((await server.call('POST', '/hooks/claude-code', { body: EVENT })).status).toBe(404);
});

function person(method: string, path: string): Parameters<TestServer['call']> {
  return [method, path, { body: EVENT, headers: { authorization: 'Bearer ann-dashboard' } }];
}

function json(body: string) {
  return { body, headers: { 'content-type': 'application/json' } };
}
