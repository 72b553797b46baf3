import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSessionId } from '../../../../src/adapters/mcp/http/session-id.ts';
import { type McpSession, Sessions } from '../../../../src/adapters/mcp/http/sessions.ts';
import type { Caller } from '../../../../src/ports/tokens/token-verifier.ts';
import { userIdOf } from '../../../support/builders.ts';
import { McpServer } from '../mcp-server.ts';
import { getStream, INITIALIZE, openSession, post, toolCall } from '../raw-mcp.ts';

const step = toolCall('log_step', { step_description: 'x' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const aToken = (userId = 'ada'): Caller => ({
  userId: userIdOf(userId),
  scopes: ['agent'],
  life: { hasEnded: false, onEnd: () => ({ close: () => {} }) },
});

/** Opens sessions one after another, each a millisecond later. Returns the ids of those that had room. */
function openSessions(sessions: Sessions<McpSession>, caller: Caller, count: number, name: string): string[] {
  const ids = [];
  for (let nth = 1; nth <= count && sessions.makeRoom(caller); nth += 1) {
    const id = `${name}-${nth}`;
    sessions.add({ id, close: async () => {} }, caller);
    ids.push(id);
    vi.advanceTimersByTime(1);
  }
  return ids;
}

function use(sessions: Sessions<McpSession>, ids: readonly string[], caller: Caller): EventEmitter {
  const response = new EventEmitter();
  response.setMaxListeners(0);
  for (const id of ids) sessions.markInUse(id, caller, response as ServerResponse);
  return response;
}

test('a token that opens hundreds of sessions closes its own idle ones, and none of another token', () => {
  const sessions = new Sessions<McpSession>(60_000);
  const [careful, wild] = [aToken(), aToken()];
  const kept = openSessions(sessions, careful, 3, 'careful');
  const opened = openSessions(sessions, wild, 600, 'wild');
  expect(opened).toHaveLength(600);
  expect(sessions.size).toBe(103);
  for (const id of kept) expect(sessions.find(id, careful)).not.toBeNull();
  expect(sessions.find('wild-500', wild)).toBeNull();
  expect(sessions.find('wild-501', wild)).not.toBeNull();
});

test('a token whose sessions are all in use opens no more, until one is idle', () => {
  const sessions = new Sessions<McpSession>(60_000);
  const token = aToken();
  const ids = openSessions(sessions, token, 100, 'busy');
  const response = use(sessions, ids, token);
  expect(sessions.makeRoom(token)).toBe(false);
  expect(sessions.makeRoom(aToken())).toBe(true);
  response.emit('close');
  expect(openSessions(sessions, token, 1, 'next')).toEqual(['next-1']);
});

test('a user with many tokens has 500 sessions, and loses one of the token that has most', () => {
  const sessions = new Sessions<McpSession>(60_000);
  const careful = aToken();
  openSessions(sessions, careful, 1, 'careful');
  for (let nth = 1; nth <= 6; nth += 1) openSessions(sessions, aToken(), 90 + nth, `token-${nth}`);
  expect(sessions.size).toBe(500);
  expect(sessions.find('careful-1', careful)).not.toBeNull();
  openSessions(sessions, aToken('eve'), 1, 'eve');
  expect(sessions.size).toBe(501);
});

test('over HTTP a client gets a JSON-RPC error that says when to try again, and another client is served', async () => {
  vi.useRealTimers();
  const callers = new Map(['busy', 'other'].map((token) => [token, aToken()]));
  await using server = await McpServer.start({ tokens: { verify: (token) => callers.get(token)! } });
  const gone = new AbortController();
  for (let nth = 0; nth < 100; nth += 1) {
    const sessionId = await openSession(server, { token: 'busy' });
    await getStream(server, sessionId, { token: 'busy', signal: gone.signal });
  }
  const refused = await post(server, INITIALIZE, { token: 'busy' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
  const restored = { token: 'busy', sessionId: createSessionId('raw') };
  expect((await post(server, step, restored)).status).toBe(429);
  expect(
    (await fetch(`${server.url}/sse`, { headers: { authorization: 'Bearer other' }, signal: gone.signal }))
      .status,
  ).toBe(200);
  expect((await post(server, INITIALIZE, { token: 'other' })).status).toBe(200);
  gone.abort();
});
