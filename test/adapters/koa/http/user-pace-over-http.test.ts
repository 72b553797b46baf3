import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { UserPace } from '../../../../src/adapters/koa/http/user-pace.ts';
import { protectedNodeHandler } from '../../../../src/adapters/koa/server/protected-node-handler.ts';
import { fakeTokens, LogBook, TestServer } from '../test-server.ts';

/** Every request but the first one of a user is refused, while another user is there. */
const NOTHING = { requestsPerSecond: 1e-6, bytesPerSecond: 1e-6, burstMs: 0, maxWaitMs: 1 };
const EVERYTHING = { ...NOTHING, requestsPerSecond: 1e9 };

const step = (content = 'a step') => ({ agent_instance_id: randomUUID(), agent_type: 'codex', content });
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('requests of a user who sends too many are refused with 429, and another user is served', async () => {
  await using server = await TestServer.start({ userPace: new UserPace(NOTHING) });
  const post = (token: string) => server.call('POST', '/messages/agent', { body: step(), ...as(token) });
  expect((await post('bob')).status).toBe(200);
  expect((await post('ann')).status).toBe(200);
  const refused = await post('ann');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({
    code: 'rate_limited',
    detail: expect.stringContaining('Other users'),
  });
});

test('the calls of a JSON-RPC batch count one by one', async () => {
  const userPace = new UserPace({ ...NOTHING, requestsPerSecond: 1, burstMs: 2_500 });
  const batches = protectedNodeHandler({
    ...{ paths: ['/mcp'], methods: ['POST'], tokens: fakeTokens, logger: new LogBook(), bodyLimit: 1_000 },
    userPace,
    handler: async (_req, res) => void res.writeHead(200).end('{}'),
  });
  await using server = await TestServer.start({ userPace, moreMiddleware: [batches] });
  await server.call('POST', '/messages/agent', { body: step(), ...as('bob') });
  const post = async (calls: number) => {
    const headers = { ...as('ann').headers, 'content-type': 'application/json' };
    const body = JSON.stringify(new Array(calls).fill({}));
    return (await fetch(`${server.url}/mcp`, { method: 'POST', headers, body })).status;
  };
  expect([await post(4), await post(1)]).toEqual([200, 429]);
});

test('a large body of a user waits, a small one does not', async () => {
  await using server = await TestServer.start({ userPace: new UserPace(EVERYTHING) });
  const post = (content: string) =>
    server.call('POST', '/messages/agent', { body: step(content), ...as('ann') });
  await server.call('POST', '/messages/agent', { body: step(), ...as('bob') });
  const large = 'x'.repeat(100_000);
  expect((await post(large)).status).toBe(200);
  expect((await post(large)).status).toBe(429);
  expect((await post('small')).status).toBe(200);
});
