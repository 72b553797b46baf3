import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
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
