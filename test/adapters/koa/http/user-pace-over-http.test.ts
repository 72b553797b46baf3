import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readBodyBytes } from '../../../../src/adapters/koa/body/body-bytes.ts';
import { UserPace } from '../../../../src/adapters/koa/http/user-pace.ts';
import { protectedNodeHandler } from '../../../../src/adapters/koa/server/protected-node-handler.ts';
import { fakeTokens, LogBook, TestServer } from '../test-server.ts';

/** Every request but the first one of a user is refused, while another user is there. */
const NOTHING = { requestsPerSecond: 1e-6, bytesPerSecond: 1e-6, burstMs: 0, maxWaitMs: 1 };

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

test('large bodies wait for their turn, small ones do not, whether their length is known or not', async () => {
  const counted: number[] = [];
  class CountingPace extends UserPace {
    override beginReading(...[userId, res, bytes]: Parameters<UserPace['beginReading']>) {
      counted.push(bytes);
      return super.beginReading(userId, res, bytes);
    }
  }
  await using server = await TestServer.start({ userPace: new CountingPace() });
  const post = async (content: string, isZipped: boolean) => {
    const json = JSON.stringify(step(content));
    const { status } = await fetch(`${server.url}/api/v1/messages/agent`, {
      method: 'POST',
      headers: {
        ...{ authorization: 'Bearer ann', 'content-type': 'application/json' },
        ...(isZipped && { 'content-encoding': 'gzip' }),
      },
      body: isZipped ? gzipSync(json) : json,
    });
    expect(status).toBe(200);
    return json.length;
  };
  for (const isZipped of [false, true]) await post('small', isZipped);
  expect(counted).toEqual([]);
  const large = 'x'.repeat(300_000);
  const length = await post(large, false);
  expect(counted.splice(0)).toEqual([length]);
  await post(large, true);
  const paid = counted.reduce((sum, bytes) => sum + bytes, 0);
  expect(paid).toBeGreaterThan(length - 2 * 65_536);
  expect(paid).toBeLessThanOrEqual(length);
});

test('the body of a client that is gone when it should be read is an incomplete one', async () => {
  for (const headers of [{ 'transfer-encoding': 'chunked' }, { 'content-encoding': 'gzip' }]) {
    const req = Object.assign(new PassThrough(), { headers, complete: false });
    req.destroy();
    await once(req, 'close');
    const limits = { reservation: { take() {}, release() {} }, waitForTurn: () => undefined };
    const reading = readBodyBytes(req as unknown as IncomingMessage, { maxBytes: 1_000 }, limits);
    await expect(reading).rejects.toMatchObject({ code: 'incomplete_body' });
  }
});
