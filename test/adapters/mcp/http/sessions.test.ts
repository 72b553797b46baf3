import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createSessionId } from '../../../../src/adapters/mcp/http/session-id.ts';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { CLIENTS, SSE, STREAMABLE, type TestClient } from '../clients.ts';
import { McpServer, until } from '../mcp-server.ts';
import {
  getStream,
  INITIALIZE,
  messagesIn,
  nextEventId,
  openSession,
  post,
  readUntil,
  toolCall,
} from '../raw-mcp.ts';

const step = toolCall('log_step', { step_description: 'x' });

describe('a session', () => {
  test('is for another user as if it did not exist: the user is served with the own token and nothing else', async () => {
    await using server = await McpServer.start();
    const sessionId = await openSession(server);
    const waiting = await post(server, toolCall('ask_question', { question_text: '?' }, 7), { sessionId });
    const ownStream = await getStream(server, sessionId);
    await server.untilCallsWait(1);

    const stranger = { sessionId, token: 'bob' };
    const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await post(server, cancellation, stranger)).status).toBe(202);
    // The id 7 is in use only in the session of the first user.
    const [answer] = await messagesIn(await post(server, { ...step, id: 7 }, stranger));
    const { agent_instance_id } = (answer!.result as ToolResult).structuredContent!;
    expect((await post(server, toolCall('end_session', { agent_instance_id }), { sessionId })).status).toBe(
      200,
    );
    const resumed = await getStream(server, sessionId, {
      token: 'bob',
      lastEventId: await nextEventId(waiting),
    });
    expect(resumed.status).toBe(405);
    await (await getStream(server, sessionId, { token: 'bob' })).body!.cancel();
    const headers = { authorization: 'Bearer bob', 'mcp-session-id': sessionId };
    expect((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers })).status).toBe(200);

    expect(server.signals.size).toBe(1);
    server.stopping.abort();
    expect(await readUntil(waiting, /"result"/)).toContain('"id":7');
    await ownStream.body!.cancel();
  });

  test('of HTTP+SSE does not exist for other users', async () => {
    await using server = await McpServer.start();
    const abort = new AbortController();
    const stream = await fetch(`${server.url}/sse`, {
      headers: { authorization: 'Bearer ann' },
      signal: abort.signal,
    });
    const path = /data: (\S+)/.exec(await readUntil(stream, /data: \S+\n/))![1]!;
    expect((await post(server, INITIALIZE, { token: 'bob' }, path)).status).toBe(404);
    expect((await post(server, INITIALIZE, {}, '/messages?sessionId=none')).status).toBe(404);
    expect((await post(server, INITIALIZE, {}, path)).status).toBe(202);
    abort.abort();
    await until(() => server.endpoint.sessionCount === 0);
  });

  test('ends by DELETE, and its waiting calls end with it', async () => {
    await using server = await McpServer.start();
    const sessionId = await openSession(server);
    const waiting = post(server, toolCall('ask_question', { question_text: '?' }), { sessionId });
    await server.untilCallsWait(1);
    const deleted = await fetch(`${server.url}/mcp`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer ann', 'mcp-session-id': sessionId },
    });
    expect(deleted.status).toBe(200);
    await server.untilCallsWait(0);
    await (await waiting).text();
    expect((await post(server, step, { sessionId })).status).toBe(404);
    expect((await getStream(server, sessionId)).status).toBe(404);
    expect(server.endpoint.sessionCount).toBe(0);
  });

  test.each(['here', 'nowhere'])('can be ended by DELETE again, also if it was opened %s', async (where) => {
    await using server = await McpServer.start();
    const id = where === 'here' ? await openSession(server) : createSessionId('raw');
    const headers = { authorization: 'Bearer ann', 'mcp-session-id': id };
    for (let times = 0; times < 2; times += 1) {
      expect((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers })).status).toBe(200);
    }
    expect((await post(server, step, { sessionId: id })).status).toBe(404);
    expect(server.endpoint.sessionCount).toBe(0);
  });

  test('is not found for a request without a session id', async () => {
    await using server = await McpServer.start();
    const answer = await post(server, step);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32000 } }]);
    expect(server.endpoint.sessionCount).toBe(0);
  });

  test('is not kept if its opening request is refused', async () => {
    await using server = await McpServer.start();
    const refused = await post(server, INITIALIZE, { headers: { accept: 'application/json' } });
    expect(refused.status).toBe(406);
    expect(server.endpoint.sessionCount).toBe(0);
  });

  test('is forgotten when it lies idle, but not while a call or a stream is open, and works again afterwards', async () => {
    await using server = await McpServer.start({ timing: { sessionIdleMs: 150 } });
    const [idle, busy, watching] = [
      await openSession(server),
      await openSession(server),
      await openSession(server),
    ];
    const call = post(server, toolCall('ask_question', { question_text: '?', wait_seconds: 1 }), {
      sessionId: busy,
    });
    const abort = new AbortController();
    await getStream(server, watching, { signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.endpoint.sessionCount).toBe(2);
    expect((await post(server, step, { sessionId: idle })).status).toBe(200);
    expect(await messagesIn(await call)).toMatchObject([
      { result: { structuredContent: { status: 'pending' } } },
    ]);
    abort.abort();
    await until(() => server.endpoint.sessionCount === 0);
  });
});

test('1,000 abandoned sessions of two users leave no session, timer or listener', async () => {
  await using server = await McpServer.start({ timing: { sessionIdleMs: 1_000 } });
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  await openSession(server);
  await until(() => server.endpoint.sessionCount === 0);
  const before = timers();
  for (let nth = 0; nth < 500; nth += 1) {
    await Promise.all([openSession(server, { token: 'ann' }), openSession(server, { token: 'bob' })]);
  }
  expect(server.endpoint.sessionCount).toBeGreaterThan(0);
  await until(() => server.endpoint.sessionCount === 0);
  await until(() => timers() <= before + 2);
  expect(getEventListeners(server.stopping.signal, 'abort')).toEqual([]);
});

describe.each(CLIENTS)('$kind', ({ connect, hasSession }) => {
  test('100 abandoned clients leave no session, wait, timer or socket', async () => {
    await using server = await McpServer.start({ timing: { sessionIdleMs: 1_500 } });
    const first = await connect(server.url);
    await first.close();
    await until(() => server.endpoint.sessionCount === 0);
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const connections = () =>
      new Promise<number>((resolve) =>
        server.server.http.server.getConnections((_, count) => resolve(count)),
      );
    const before = timers();

    const clients: TestClient[] = [];
    for (let group = 0; group < 20; group += 1) {
      // In small groups: between two requests of a client, its session must not be idle for too long.
      const connected = await Promise.all(Array.from({ length: 5 }, () => connect(server.url)));
      for (const client of connected)
        client.call('ask_question', { question_text: '?' }).catch(() => undefined);
      clients.push(...connected);
    }
    await server.untilCallsWait(100);
    expect(server.endpoint.sessionCount).toBe(hasSession ? 100 : 0);
    // All connections break without a request that ends the session.
    server.server.http.server.closeAllConnections();
    await Promise.all(clients.map((client) => client.close()));

    await server.untilCallsWait(0);
    await until(() => server.endpoint.sessionCount === 0);
    server.server.http.server.closeIdleConnections();
    await until(() => timers() <= before + 2);
    // A client that was reconnecting when it was closed may have opened one more connection.
    for (
      let left = await connections(), tries = 0;
      left > 0 && tries < 50;
      left = await connections(), tries += 1
    ) {
      server.server.http.server.closeIdleConnections();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await connections()).toBe(0);
  });
});

test.each([STREAMABLE, SSE])('$kind: a stopped server opens no new session', async ({ connect }) => {
  await using server = await McpServer.start();
  await server.endpoint.close(0);
  await expect(connect(server.url)).rejects.toThrow();
  expect(server.endpoint.sessionCount).toBe(0);
});
