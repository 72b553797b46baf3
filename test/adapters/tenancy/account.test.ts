import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPORT_PATH } from '../../../src/adapters/koa/rest/export-route.ts';
import { BASE_PATH } from '../../../src/adapters/koa/rest/route.ts';
import { fetchDescribed } from '../../support/fetch-described.ts';
import type { Comparison, Send } from './compare.ts';
import { newTenant } from './estate.ts';
import { answerOf, inOneForm } from './outcome.ts';
import { OBSERVED_STORES } from './stores.ts';
import { TenantServer, tokenOf } from './tenant-server.ts';
import { expectAlike, newTenants, squattingTenants } from './tenants.ts';

describe.each(OBSERVED_STORES)('$name', ({ open }) => {
  let server: TenantServer;
  beforeAll(async () => {
    server = await TenantServer.start(open);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const exporting =
    (method: 'GET' | 'HEAD'): Send =>
    async ({ userId }) => {
      const headers = { authorization: `Bearer ${tokenOf(userId)}` };
      return [
        await answerOf(await fetchDescribed(server.url + BASE_PATH + EXPORT_PATH, { method, headers })),
      ];
    };
  /** Deletes whom it names, or whoever asks. */
  const deleting: Send = async ({ userId }, { confirm = userId }) => {
    const answer = await fetchDescribed(`${server.url}${BASE_PATH}/account`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${tokenOf(userId)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ confirm }),
    });
    return [await answerOf(answer)];
  };
  const ofOneself = (name: string, send: Send): Comparison => ({ name, foreign: {}, unknown: {}, send });

  test('an export holds nothing of what others have', async () => {
    for (const of of [await newTenants(server), await squattingTenants(server)]) {
      const [{ status, body } = expect.unreachable()] = await exporting('GET')(of.asking, {});
      expect([status, body.includes(of.asking.secret)]).toEqual([200, true]);
      const methods = ['GET', 'HEAD'] as const;
      await expectAlike(
        server,
        of,
        methods.map((method) => ofOneself(method, exporting(method))),
      );
    }
  });

  test('to delete somebody else is as to delete nobody', async () => {
    const { asking, owner } = await newTenants(server);
    const kept = [await server.store.kept(owner.userId), await server.store.kept(asking.userId)];
    const forms = [];
    for (const confirm of [owner.userId, newTenant()]) {
      const answers = await deleting(asking, { confirm });
      expect(answers.map(({ status }) => status)).toEqual([422]);
      forms.push(inOneForm(answers, [confirm], asking));
    }
    expect(forms[0]).toBe(forms[1]);
    expect([await server.store.kept(owner.userId), await server.store.kept(asking.userId)]).toEqual(kept);
  });

  test('who deletes oneself deletes nothing that others have, though their instances have one id', async () => {
    for (const of of [await newTenants(server), await squattingTenants(server)]) {
      await expectAlike(server, of, [ofOneself('oneself', deleting)]);
      expect(await server.store.kept(of.owner.userId)).toContain(of.owner.secret);
      expect(await server.store.kept(of.asking.userId)).not.toContain(of.asking.secret);
    }
  });
});
