import { expect, test } from 'vitest';
import { McpServer } from '../mcp-server.ts';
import { openSession, post, toolCall } from '../raw-mcp.ts';

const statusIn = async (server: McpServer, sessionId: string, token: string): Promise<number> => {
  const answer = await post(server, toolCall('log_step', { step_description: 'x' }, crypto.randomUUID()), {
    sessionId,
    token,
  });
  await answer.text();
  return answer.status;
};

test('a user with too many sessions loses those that were idle longest, and other users lose none', async () => {
  await using server = await McpServer.start();
  const others = await openSession(server, { token: 'bob' });
  const first = await openSession(server);
  const waiting = post(server, toolCall('ask_question', { question_text: '?' }), { sessionId: first });
  await server.untilCallsWait(1);
  const second = await openSession(server);
  for (let opened = 0; opened < 500; opened += 20) {
    await Promise.all(Array.from({ length: 20 }, () => openSession(server)));
  }
  expect(server.endpoint.sessionCount).toBe(501);
  expect(await statusIn(server, others, 'bob')).toBe(200);
  // The client of a lost session notices nothing: its next call opens it again, and the limit still holds.
  expect(await statusIn(server, second, 'ann')).toBe(200);
  expect(server.endpoint.sessionCount).toBe(501);
  // A session with a waiting call is not idle.
  expect(await statusIn(server, first, 'ann')).toBe(200);
  expect(server.signals.size).toBe(1);
  server.stopping.abort();
  await (await waiting).text();
});

test('the server remembers a limited number of ended sessions, the latest', async () => {
  await using server = await McpServer.start();
  const end = (id: string) =>
    fetch(`${server.url}/mcp`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer ann', 'mcp-session-id': id },
    });
  await end('first');
  for (let ended = 0; ended < 999; ended += 1) await end(`other ${ended}`);
  expect(await statusIn(server, 'first', 'ann')).toBe(404);
  await end('last');
  expect(await statusIn(server, 'first', 'ann')).toBe(200);
  expect(await statusIn(server, 'last', 'ann')).toBe(404);
});
