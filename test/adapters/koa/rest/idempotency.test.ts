import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { idempotencyInFlight } from '../../../../src/application/errors.ts';
import { inMemory, TestServer } from '../test-server.ts';

const message = (content = 'hi') => ({ agent_instance_id: randomUUID(), agent_type: 'codex', content });
const key = (text: string = randomUUID()) => ({ 'idempotency-key': text });

test('a repeat gets the first response byte for byte, and has no effect', async () => {
  await using server = await TestServer.start();
  const [body, headers] = [message(), key()];
  const first = await server.call('POST', '/messages/agent', { body, headers });
  const repeat = await server.call('POST', '/messages/agent', { body, headers });
  expect(repeat.status).toBe(first.status);
  expect(repeat.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(await repeat.bytes()).toEqual(await first.bytes());

  const started = { agent_type: 'codex', name: 'once' };
  const made = key();
  const answers = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const answer = await server.call('POST', '/agent-instances', { body: started, headers: made });
    answers.push([answer.status, await answer.text()]);
  }
  expect(answers[0]?.[0]).toBe(201);
  expect(answers[1]).toEqual(answers[0]);
});

test('the same key with another body or path is 422', async () => {
  await using server = await TestServer.start();
  const [body, headers] = [message(), key()];
  await server.call('POST', '/messages/agent', { body, headers });
  for (const [path, changed] of [
    ['/messages/agent', { ...body, content: 'other' }],
    ['/messages/agent', { ...body, unknown_field: 1 }],
    ['/messages/user', body],
  ] as const) {
    const answer = await server.call('POST', path, { body: changed, headers });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'idempotency_key_reused' });
  }
});

test('the same key of another user is a different key', async () => {
  await using server = await TestServer.start();
  const headers = key();
  await server.call('POST', '/messages/agent', { body: message(), headers });
  const other = { body: message('bob here'), headers: { ...headers, authorization: 'Bearer bob' } };
  expect((await server.call('POST', '/messages/agent', other)).status).toBe(200);
});

test.each([
  ['over 255 characters', 'k'.repeat(256)],
  ['empty', ''],
  ['not ASCII', 'caf\u00e9'],
])('a key that is %s is 400', async (_name, text) => {
  await using server = await TestServer.start();
  const answer = await server.call('POST', '/messages/agent', { body: message(), headers: key(text) });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_idempotency_key' });
});

test('a repeat while the first request runs waits for its response', async () => {
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  let updates = 0;
  const { dispatch } = inMemory((repository) => ({
    instanceOfMessage: (...of) => repository.instanceOfMessage(...of),
    questionState: (...of) => repository.questionState(...of),
    nextDeadlines: (limit) => repository.nextDeadlines(limit),
    deleteIdempotencyRecords: (time) => repository.deleteIdempotencyRecords(time),
    ping: () => repository.ping(),
    async update(target, decide) {
      updates += 1;
      enter();
      await gate;
      return repository.update(target, decide);
    },
  }));
  await using server = await TestServer.start({ dispatch });
  const [body, headers] = [message(), key()];
  const first = server.call('POST', '/messages/agent', { body, headers });
  await entered;
  const repeat = server.call('POST', '/messages/agent', { body, headers });
  // The server has answered this later request, so the repeat is waiting now.
  await server.call('GET', '/auth/verify');
  expect(updates).toBe(1);
  openGate();
  expect(await (await repeat).text()).toBe(await (await first).text());
});

test('a repeat that has waited for too long is 409 with Retry-After', async () => {
  await using server = await TestServer.start({ dispatch: () => Promise.reject(idempotencyInFlight()) });
  const answer = await server.call('POST', '/messages/agent', { body: message(), headers: key() });
  expect(answer.status).toBe(409);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 'idempotency_in_flight' });
});

test('a GET ignores the key', async () => {
  await using server = await TestServer.start();
  const answer = await server.call('GET', '/auth/verify', { headers: key('k'.repeat(256)) });
  expect(answer.status).toBe(200);
});
