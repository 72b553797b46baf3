import { expect, test } from 'vitest';
import { OpenRequestLimit } from '../../../../src/adapters/koa/http/open-request-limit.ts';
import { inMemory, TestServer } from '../test-server.ts';

test('a token has a limited number of open requests, and so has a user with several tokens', async () => {
  const { dispatch, live } = inMemory();
  const openRequests = new OpenRequestLimit({ perToken: 2, perUser: 3 });
  await using server = await TestServer.start({ dispatch, live, openRequests });
  const open = (token: string, signal?: AbortSignal) =>
    server.call('GET', '/events', {
      headers: { authorization: `Bearer ${token}` },
      ...(signal !== undefined && { signal }),
    });
  const gone = new AbortController();
  expect((await open('ann-dashboard', gone.signal)).status).toBe(200);
  const kept = await open('ann-dashboard');
  expect(kept.status).toBe(200);
  const verify = (token: string) =>
    server.call('GET', '/auth/verify', { headers: { authorization: `Bearer ${token}` } });
  const refused = await verify('ann-dashboard');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  // The third open request of the user needs another token, and there is no fourth one.
  const ofOtherToken = await open('ann-dashboard.');
  expect(ofOtherToken.status).toBe(200);
  expect((await verify('ann')).status).toBe(429);
  expect((await verify('bob')).status).toBe(200);

  gone.abort();
  await expect.poll(async () => (await verify('ann')).status).toBe(200);
  await Promise.all([kept.body!.cancel(), ofOtherToken.body!.cancel()]);
});
