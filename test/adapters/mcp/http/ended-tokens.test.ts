import { describe, expect, test } from 'vitest';
import { IssuedKeys } from '../../issued-keys.ts';
import { CLIENTS, SSE } from '../clients.ts';
import { McpServer, until } from '../mcp-server.ts';
import { openSession, post, readUntil, toolCall } from '../raw-mcp.ts';

async function start() {
  const keys = new IssuedKeys();
  const server = await McpServer.start({ tokens: keys.tokens });
  return {
    keys,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
    },
  };
}

const step = toolCall('log_step', { step_description: 'x' });
const ask = toolCall('ask_question', { question_text: '?', wait_seconds: 60 }, 'ask');

const stepIn = async (server: McpServer, sessionId: string, token: string): Promise<number> => {
  const answer = await post(server, step, { sessionId, token });
  await answer.text();
  return answer.status;
};

describe.each(CLIENTS)('$kind', ({ connect, hasSession }) => {
  test.each([
    ['is revoked', false],
    ['expires', true],
  ])('a waiting question and its session end when the key %s', async (_how, expires) => {
    await using started = await start();
    const { keys, server } = started;
    const key = expires ? await keys.issueBriefly() : await keys.issue();
    await using client = await connect(server.url, { token: key.token });
    const asked = client.call('ask_question', { question_text: '?', wait_seconds: 60 });
    await server.untilCallsWait(1);
    expect(server.endpoint.sessionCount).toBe(hasSession ? 1 : 0);
    if (!expires) await keys.revoke(key);
    await server.untilCallsWait(0);
    await until(() => server.endpoint.sessionCount === 0);
    expect(await asked).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('unauthenticated') }],
    });
    await expect(client.call('log_step', { step_description: 'x' })).rejects.toThrow();
  });
});

test('the streams of a session close when its key is revoked', async () => {
  await using started = await start();
  const { keys, server } = started;
  const [key, other] = [await keys.issue(), await keys.issue()];
  const watch = async (token: string) => {
    const sessionId = await openSession(server, { token });
    return fetch(`${server.url}/mcp`, {
      headers: { authorization: `Bearer ${token}`, 'mcp-session-id': sessionId, accept: 'text/event-stream' },
    });
  };
  const [watching, oldStream] = [
    await watch(key.token),
    await fetch(`${server.url}/sse`, { headers: { authorization: `Bearer ${key.token}` } }),
  ];
  await watch(other.token);
  await until(() => server.endpoint.sessionCount === 3);
  await keys.revoke(key);
  for (const stream of [watching, oldStream]) await readUntil(stream, /never/);
  expect(server.endpoint.sessionCount).toBe(1);
});

test('a session whose client has changed its token survives the old token and ends with the new one', async () => {
  await using started = await start();
  const { keys, server } = started;
  const [before, after] = [await keys.issue(), await keys.issue()];
  const sessionId = await openSession(server, { token: before.token });
  expect(await stepIn(server, sessionId, after.token)).toBe(200);
  const asked = await post(server, ask, { sessionId, token: after.token });
  await server.untilCallsWait(1);
  await keys.revoke(before);
  expect(await stepIn(server, sessionId, before.token)).toBe(401);
  expect(server.signals.size).toBe(1);
  expect(await stepIn(server, sessionId, after.token)).toBe(200);
  await keys.revoke(after);
  expect(await asked.text()).toContain('unauthenticated');
  await until(() => server.endpoint.sessionCount === 0);
});

test('a call of an old token ends with that token, although the session continues', async () => {
  await using started = await start();
  const { keys, server } = started;
  const [before, after] = [await keys.issue(), await keys.issue()];
  const sessionId = await openSession(server, { token: before.token });
  const asked = await post(server, ask, { sessionId, token: before.token });
  await server.untilCallsWait(1);
  expect(await stepIn(server, sessionId, after.token)).toBe(200);
  await keys.revoke(before);
  await server.untilCallsWait(0);
  expect(await readUntil(asked, /"isError":true/)).toContain('unauthenticated');
  expect(await stepIn(server, sessionId, after.token)).toBe(200);
});

test('a key that is bound to another instance, or to none, shares no state of a session with the same id', async () => {
  await using started = await start();
  const { keys, server } = started;
  const bound = () => keys.issue({ agent_instance_id: crypto.randomUUID() });
  const [one, other, free] = [await bound(), await bound(), await keys.issue()];
  const sessionId = await openSession(server, { token: one.token });
  const asked = await post(server, ask, { sessionId, token: one.token });
  await server.untilCallsWait(1);
  for (const { token } of [other, free]) {
    const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'ask' } };
    await post(server, cancellation, { sessionId, token });
    expect(await stepIn(server, sessionId, token)).toBe(200);
  }
  expect(server.signals.size).toBe(1);
  expect(server.endpoint.sessionCount).toBe(3);
  // The session does not end with the other key.
  await keys.revoke(other);
  await until(() => server.endpoint.sessionCount === 2);
  expect(await stepIn(server, sessionId, one.token)).toBe(200);
  await keys.revoke(one);
  expect(await asked.text()).toContain('unauthenticated');
});

test(`${SSE.kind}: a session does not exist for a key that is bound to another instance`, async () => {
  await using started = await start();
  const { keys, server } = started;
  const [one, other] = [await keys.issue(), await keys.issue({ agent_instance_id: crypto.randomUUID() })];
  const stream = await fetch(`${server.url}/sse`, { headers: { authorization: `Bearer ${one.token}` } });
  const [, path] = /data: (\S+)/.exec(await readUntil(stream, /data: .+\n/))!;
  expect((await post(server, step, { token: other.token }, path)).status).toBe(404);
  await stream.body!.cancel();
});
