import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { CLIENTS, SSE, STREAMABLE, type TestClient } from '../clients.ts';
import { McpServer, until } from '../mcp-server.ts';
import { INITIALIZE, messagesIn, openSession, post, readUntil, toolCall } from '../raw-mcp.ts';

const step = toolCall('log_step', { step_description: 'x' });

describe('a session', () => {
  test('does not exist for other users', async () => {
    await using server = await McpServer.start();
    const sessionId = await openSession(server);
    const own = await post(server, step, { sessionId });
    expect(own.status).toBe(200);
    await own.text();
    const answers = await Promise.all([
      post(server, step, { sessionId, token: 'bob' }),
      post(server, step, { sessionId: crypto.randomUUID(), token: 'bob' }),
    ]);
    const responses = await Promise.all(answers.map(async (answer) => [answer.status, await answer.json()]));
    expect(responses[0]).toEqual(responses[1]);
    expect(responses[0]).toEqual([
      404,
      { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
    ]);
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

  test('is closed when it lies idle, but not while a call or a stream is open', async () => {
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
    await fetch(`${server.url}/mcp`, {
      headers: { authorization: 'Bearer ann', 'mcp-session-id': watching, accept: 'text/event-stream' },
      signal: abort.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.endpoint.sessionCount).toBe(2);
    expect((await post(server, step, { sessionId: idle })).status).toBe(404);
    expect(await messagesIn(await call)).toMatchObject([
      { result: { structuredContent: { status: 'pending' } } },
    ]);
    abort.abort();
    await until(() => server.endpoint.sessionCount === 0);
  });

  test('keeps the answer of a call whose connection broke, for a client that resumes the stream', async () => {
    await using server = await McpServer.start();
    const sessionId = await openSession(server);
    const abort = new AbortController();
    const call = await post(server, toolCall('ask_question', { question_text: '?' }), {
      sessionId,
      signal: abort.signal,
    });
    const [, lastEventId = ''] = /^id: (.+)$/m.exec(await readUntil(call, /id: .+\n/))!;
    await server.untilCallsWait(1);
    abort.abort();
    await server.untilCallsWait(0);
    const resume = (id: string) =>
      fetch(`${server.url}/mcp`, {
        headers: {
          authorization: 'Bearer ann',
          accept: 'text/event-stream',
          'mcp-session-id': sessionId,
          'last-event-id': id,
        },
      });
    const resumed = await resume(lastEventId);
    const replayed = await readUntil(resumed, /data: .+\n/);
    expect(replayed).toContain('"status":"pending"');
    await resumed.body!.cancel();

    const bad = await resume('not-one-of-ours');
    expect(bad.status).toBe(400);
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
