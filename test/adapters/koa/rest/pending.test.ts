import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Dispatch } from '../../../../src/application/dispatch/dispatch.ts';
import { fieldsOf, inMemory, TestServer } from '../test-server.ts';

const start = async (server: TestServer) => {
  const body = { agent_instance_id: randomUUID(), agent_type: 'codex', content: 'started' };
  const answer = await server.call('POST', '/messages/agent', { body });
  const { message_id } = await fieldsOf<{ message_id: string }>(answer);
  return { agent_instance_id: body.agent_instance_id, last_read_message_id: message_id };
};

const waiting = ({ signals }: ReturnType<typeof inMemory>, number = 1) =>
  vi.waitFor(() => expect(signals.size).toBe(number), { interval: 1 });

test.each(['GET', 'POST'])('%s with a wait is held open until the user writes a message', async (method) => {
  const memory = inMemory();
  await using server = await TestServer.start({ dispatch: memory.dispatch });
  const cursor = await start(server);
  const held =
    method === 'POST'
      ? server.call('POST', '/messages/pending', { body: { ...cursor, wait: 60 } })
      : server.call('GET', `/messages/pending?${new URLSearchParams({ ...cursor, wait: '60.0' })}`);
  await waiting(memory);
  const { agent_instance_id } = cursor;
  const body = { agent_instance_id, content: 'wake up', mark_as_read: false };
  await server.call('POST', '/messages/user', { body });
  expect(await (await held).json()).toMatchObject({ status: 'ok', messages: [{ content: 'wake up' }] });
});

describe('a queue of more than 1 MiB', () => {
  type Page = { queued_user_messages: object[]; messages: object[]; more: boolean };

  /** Queues five messages of 400 KB. */
  const withLongQueue = async (server: TestServer) => {
    const cursor = await start(server);
    const { agent_instance_id } = cursor;
    const body = { agent_instance_id, content: 'x'.repeat(400_000), mark_as_read: false };
    for (let nth = 0; nth < 5; nth += 1) await server.call('POST', '/messages/user', { body });
    return cursor;
  };

  test('is handed over part by part to steps, and a repeated request gets its part again', async () => {
    await using server = await TestServer.start(inMemory());
    const { agent_instance_id } = await withLongQueue(server);
    const parts: [number, boolean][] = [];
    for (const [content, key] of Object.entries({ a: '1', again: '1', b: '2', c: '3' })) {
      const body = { agent_instance_id, content: content === 'again' ? 'a' : content };
      const answer = await server.call('POST', '/messages/agent', {
        body,
        headers: { 'Idempotency-Key': key },
      });
      const { queued_user_messages, more } = await fieldsOf<Page>(answer);
      parts.push([queued_user_messages.length, more]);
    }
    expect(parts).toEqual([
      [2, true],
      [2, true],
      [2, true],
      [1, false],
    ]);
  });

  test('is handed over part by part to waits, which return at once, and to a step that becomes a question', async () => {
    await using server = await TestServer.start(inMemory());
    const cursor = await withLongQueue(server);
    const asked = await server.call('PATCH', `/messages/${cursor.last_read_message_id}/request-input`);
    expect(await fieldsOf<Page>(asked)).toMatchObject({ messages: [{}, {}], more: true });
    const { agent_instance_id } = cursor;
    const shown = await server.call('POST', '/messages/pending', { body: { agent_instance_id, wait: 300 } });
    expect(await fieldsOf<Page>(shown)).toMatchObject({ messages: [{}, {}], more: true });
  });
});

test('a wait ends when the instance ends, and a wait on an ended instance returns at once', async () => {
  const memory = inMemory();
  await using server = await TestServer.start({ dispatch: memory.dispatch });
  const cursor = await start(server);
  const held = server.call('POST', '/messages/pending', { body: { ...cursor, wait: 300 } });
  await waiting(memory);
  await server.call('POST', '/sessions/end', { body: { agent_instance_id: cursor.agent_instance_id } });
  expect(await (await held).json()).toMatchObject({ messages: [], instance_status: 'COMPLETED' });
  const after = await server.call('POST', '/messages/pending', { body: { ...cursor, wait: 300 } });
  expect(await after.json()).toMatchObject({ messages: [], instance_status: 'COMPLETED' });
});

test('a client that disconnects ends its wait, and no error is logged', async () => {
  const memory = inMemory();
  const ended: Promise<unknown>[] = [];
  const dispatch: Dispatch = (useCase, request) => {
    const answer = memory.dispatch(useCase, request);
    if (useCase.name === 'read_pending_messages') ended.push(answer);
    return answer;
  };
  await using server = await TestServer.start({ dispatch });
  const body = { ...(await start(server)), wait: 300 };
  const client = new AbortController();
  const held = server.call('POST', '/messages/pending', { body, signal: client.signal });
  await waiting(memory);
  client.abort();
  await expect(held).rejects.toThrow();
  await Promise.all(ended);
  expect(ended).toHaveLength(1);
  expect(memory.signals.size).toBe(0);
  expect(server.log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
});

test('a complete response does not count as a disconnect', async () => {
  const memory = inMemory();
  const signals: AbortSignal[] = [];
  const dispatch: Dispatch = (useCase, request) => {
    if (useCase.name === 'read_pending_messages') signals.push(request.clientGone!);
    return memory.dispatch(useCase, request);
  };
  await using server = await TestServer.start({ dispatch });
  const cursor = await start(server);
  await (await server.call('POST', '/messages/pending', { body: cursor })).json();
  await server.http.drain(1_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});
