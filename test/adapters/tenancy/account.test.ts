import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPORT_PATH } from '../../../src/adapters/koa/rest/export-route.ts';
import { BASE_PATH } from '../../../src/adapters/koa/rest/route.ts';
import { fetchDescribed } from '../../support/fetch-described.ts';
import type { Comparison, SendRequest } from './fixture/compare-responses.ts';
import {
  createTenants,
  createTenantsWithSameIds,
  expectIndistinguishable,
} from './fixture/compared-tenants.ts';
import { normaliseResponses, recordResponse } from './fixture/normalise-response.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import { newUserId } from './fixture/tenant.ts';
import { TenantServer, tokenOf } from './fixture/tenant-server.ts';

describe.each(OBSERVED_STORES)('$name', ({ open }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const exporting =
    (method: 'GET' | 'HEAD'): SendRequest =>
    async ({ userId }) => {
      const headers = { authorization: `Bearer ${tokenOf(userId)}` };
      return [
        await recordResponse(await fetchDescribed(server.url + BASE_PATH + EXPORT_PATH, { method, headers })),
      ];
    };
  /** Deletes the account of the user that `confirm` names, or by default the caller's own. */
  const deleting: SendRequest = async ({ userId }, { confirm = userId }) => {
    const answer = await fetchDescribed(`${server.url}${BASE_PATH}/account`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tokenOf(userId)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ confirm }),
    });
    return [await recordResponse(answer)];
  };
  const withoutIds = (name: string, send: SendRequest): Comparison => ({
    name,
    foreign: {},
    unknown: {},
    send,
  });

  test('an export holds nothing of what others have', async () => {
    for (const tenants of [await createTenants(server), await createTenantsWithSameIds(server)]) {
      const [{ status, body } = expect.unreachable()] = await exporting('GET')(tenants.stranger, {});
      expect([status, body.includes(tenants.stranger.secret)]).toEqual([200, true]);
      const methods = ['GET', 'HEAD'] as const;
      await expectIndistinguishable(
        server,
        tenants,
        methods.map((method) => withoutIds(method, exporting(method))),
      );
    }
  });

  test('deleting the account of another user is refused like deleting one that does not exist', async () => {
    const { stranger, owner } = await createTenants(server);
    const kept = [
      await server.store.storedText(owner.userId),
      await server.store.storedText(stranger.userId),
    ];
    const forms = [];
    for (const confirm of [owner.userId, newUserId()]) {
      const answers = await deleting(stranger, { confirm });
      expect(answers.map(({ status }) => status)).toEqual([422]);
      forms.push(normaliseResponses(answers, [confirm], stranger));
    }
    expect(forms[0]).toBe(forms[1]);
    expect([
      await server.store.storedText(owner.userId),
      await server.store.storedText(stranger.userId),
    ]).toEqual(kept);
  });

  test('deleting an account keeps what other users own, even instances of the same id', async () => {
    for (const tenants of [await createTenants(server), await createTenantsWithSameIds(server)]) {
      await expectIndistinguishable(server, tenants, [withoutIds('own account', deleting)]);
      expect(await server.store.storedText(tenants.owner.userId)).toContain(tenants.owner.secret);
      expect(await server.store.storedText(tenants.stranger.userId)).not.toContain(tenants.stranger.secret);
    }
  });
});
