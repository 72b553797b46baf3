import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/adapters/mikro-orm/database/database.ts';
import { systemClock, uuidV7 } from '../../src/adapters/runtime/system.ts';
import { finishDeletions } from '../../src/application/admin/delete-user.ts';
import { wireDestination, wireNotification } from '../../src/application/wire/notification/notification.ts';
import { aDelivery, aDestination, aNotification } from '../../src/contracts/notification-builders.ts';
import { msAfterNow } from '../../src/contracts/test-values.ts';
import { withDestination } from '../../src/domain/notification/settings.ts';
import { userIdOf } from '../support/builders.ts';
import { DATABASES } from '../support/postgres/open-databases.ts';
import { IssuingServer } from './issuing-server.ts';
import { signedToken } from './jwt/signed-tokens.ts';
import { type CallOptions, fieldsOf } from './koa/test-server.ts';

type Fields = { readonly [name: string]: unknown };

const [, POSTGRES] = DATABASES;
const STORES: [name: string, open: () => Promise<Database | null>][] = [
  ['in memory', async () => null],
  [POSTGRES![0], async () => (await POSTGRES![2]())[0]],
];

describe.each(STORES)("a user's data over REST, %s", (_name, open) => {
  let database: Database | null;
  let server: IssuingServer;
  let users = 0;
  let user: string;
  let agent: string;
  let dashboard: string;

  beforeAll(async () => {
    database = await open();
    await database?.migrate();
    server = await IssuingServer.start({ database });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await database?.close();
  });
  beforeEach(async () => {
    users += 1;
    user = `user-${users}`;
    agent = await server.token({ userId: userIdOf(user) });
    dashboard = await server.token({ userId: userIdOf(user), scope: 'dashboard' });
  });

  const say = async (id: string, fields: object = {}, token = agent) =>
    (
      await server.call(token, 'POST', '/messages/agent', {
        body: { agent_instance_id: id, agent_type: 'codex', content: 'a step', ...fields },
      })
    ).status;
  const exportOf = (token = dashboard, options: CallOptions = {}) =>
    server.call(token, 'GET', '/export', options);
  const linesOf = async (answer: Response): Promise<Fields[]> =>
    (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Fields);
  const deletion = (body: object, token = dashboard) => server.call(token, 'DELETE', '/account', { body });
  const isAccepted = async (token: string) =>
    (await server.call(token, 'GET', '/auth/verify')).status === 200;

  describe('an export', () => {
    test('contains all of the user’s data in order, and no secret', async () => {
      const [first, second, deleted] = [uuidV7.next(), uuidV7.next(), uuidV7.next()];
      await say(first, { content: 'one \u2028 "two"\n', git_diff: 'diff --git a/a b/a\n+x' });
      await say(first, { content: 'Which port?', requires_user_input: true });
      await server.call(dashboard, 'POST', `/agent-instances/${first}/messages`, {
        body: { content: '8081' },
      });
      for (let nth = 1; nth <= 55; nth += 1) await say(second, { content: `step ${nth}` });
      await say(deleted);
      await server.call(dashboard, 'DELETE', `/agent-instances/${deleted}`);

      const answer = await exportOf();
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const lines = await linesOf(answer);
      expect(lines[0]).toMatchObject({ type: 'header', version: 1, user_id: user });
      expect(lines[1]).toMatchObject({ type: 'agent_type', name: 'codex' });
      expect(lines.at(-1)).toEqual({
        type: 'end',
        lines: {
          ...{ agent_type: 1, agent_instance: 3, message: 59, api_key: 2 },
          ...{ notification_destination: 0, notification_rules: 0, notification: 0 },
        },
      });
      expect(lines).toHaveLength(2 + 1 + 3 + 59 + 2);

      const [one, two, three] = [first, second, deleted].map((id) => {
        const at = lines.findIndex((line) => line.type === 'agent_instance' && line.id === id);
        const instance = lines[at]!;
        return { instance, messages: lines.slice(at + 1, at + 1 + Number(instance.chat_length)) };
      });
      expect(one!.instance).toMatchObject({ git_diff: 'diff --git a/a b/a\n+x', agent_type_name: 'codex' });
      expect(one!.messages).toMatchObject([
        { type: 'message', agent_instance_id: first, position: 1, content: 'one \u2028 "two"\n' },
        { position: 2, question_status: 'answered', answer_id: one!.messages[2]!.id },
        { position: 3, sender_type: 'USER', content: '8081' },
      ]);
      expect(two!.messages.map(({ content }) => content)).toEqual(
        Array.from({ length: 55 }, (_, at) => `step ${at + 1}`),
      );
      expect(three!.instance).toMatchObject({ status: 'DELETED', deleted_at: expect.any(String) });

      const text = JSON.stringify(lines);
      expect(text).not.toContain(agent);
      expect(text).not.toContain(dashboard);
      for (const key of await server.stores.apiKeys.list(userIdOf(user))) {
        expect(text).not.toContain(key.tokenHash);
      }
    });

    test('contains every message, also where their texts fill many pages', async () => {
      const id = uuidV7.next();
      const contents = Array.from(
        { length: 12 },
        (_, nth) => `${nth} ${'é'.repeat(nth % 3 === 0 ? 9 : 900_000)}`,
      );
      for (const content of contents) await say(id, { content });
      const messages = (await linesOf(await exportOf())).filter(({ type }) => type === 'message');
      expect(messages.map(({ content }) => content)).toEqual(contents);
    });

    test('contains where and when the user is notified, and every notification, and no secret', async () => {
      const { notifications } = server.stores;
      const userId = userIdOf(user);
      const destination = aDestination({ sealedSettings: 'sealed-in-confidence' });
      await notifications.updateSettings({ userId }, (settings) => ({
        ...{ output: null, record: null },
        changes: withDestination(settings, destination),
      }));
      const stored = Array.from({ length: 45 }, (_, nth) =>
        aNotification({
          createdAt: msAfterNow(-nth),
          deliveries: [
            aDelivery({ destinationId: destination.id, receipt: { token: 'receipt-in-confidence' } }),
          ],
        }),
      );
      for (const notification of stored)
        await notifications.update({ userId, id: notification.id }, () => ({
          ...{ output: null, record: null },
          changes: notification,
        }));
      const lines = await linesOf(await exportOf());
      const ofType = (wanted: string) => lines.filter(({ type }) => type === wanted);
      expect(ofType('notification_destination')).toEqual([
        { type: 'notification_destination', ...wireDestination(destination) },
      ]);
      expect(ofType('notification_rules')).toMatchObject([
        {
          rules: [{ event: 'question', destinations: [destination.id], after_seconds: 0 }],
          quiet_hours: null,
        },
      ]);
      expect(ofType('notification')).toEqual(
        stored.map((notification) => ({ type: 'notification', ...wireNotification(notification) })),
      );
      expect(lines.at(-1)).toMatchObject({ lines: { notification_destination: 1, notification: 45 } });
      expect(JSON.stringify(lines)).not.toContain('in-confidence');
      const others = await linesOf(await exportOf(await server.token({ scope: 'dashboard' })));
      expect(others.some(({ type }) => type === 'notification')).toBe(false);
    });

    test('needs a dashboard token, and contains one user only', async () => {
      expect((await exportOf(agent)).status).toBe(403);
      expect((await exportOf('nobody')).status).toBe(401);
      expect((await linesOf(await exportOf())).map(({ type }) => type)).toEqual([
        'header',
        'api_key',
        'api_key',
        'end',
      ]);
    });

    test('allows GET, HEAD and OPTIONS, and HEAD returns no body', async () => {
      const head = await server.call(dashboard, 'HEAD', '/export');
      expect([head.status, await head.text()]).toEqual([200, '']);
      const post = await server.call(dashboard, 'POST', '/export', { body: {} });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect((await exportOf(dashboard, { headers: { accept: 'image/png' } })).status).toBe(406);
    });

    test('reads from the store only as fast as its client reads, and stops when the client disconnects', async () => {
      const id = uuidV7.next();
      const content = 'x'.repeat(900_000);
      for (let nth = 0; nth < 60; nth += 1) await say(id, { content });
      const { queries } = server.stores;
      const original = queries.changesSince;
      let pages = 0;
      queries.changesSince = (...args) => {
        pages += 1;
        return original.apply(queries, args);
      };
      const request = get(`${server.server.url}/api/v1/export`, {
        headers: { authorization: `Bearer ${dashboard}` },
      });
      const [response] = await once(request, 'response');
      response.pause();
      // Another export has read everything, so this one has had enough time for it, too.
      await (await exportOf()).text();
      // Four of the messages fit into one page.
      const pagesOfOtherExport = 15;
      expect(pages - pagesOfOtherExport).toBeLessThan(8);
      const { lines } = server.server.log;
      const before = lines.length;
      response.destroy();
      await expect.poll(() => lines.slice(before).map(({ message }) => message)).toContain('request');
      expect(pages - pagesOfOtherExport).toBeLessThan(8);
      queries.changesSince = original;
      expect(server.server.log.at('error')).toEqual([]);
    });

    test('logs no error when its client disconnects before the first line', async () => {
      const { queries } = server.stores;
      const { log, url, http } = server.server;
      const original = queries.agentTypes;
      const accepted = once(http.server, 'request');
      const request = get(`${url}/api/v1/export`, { headers: { authorization: `Bearer ${dashboard}` } });
      request.on('error', () => {});
      const before = log.lines.length;
      queries.agentTypes = async (...args) => {
        const [, response] = await accepted;
        request.destroy();
        await once(response, 'close');
        return original.apply(queries, args);
      };
      await expect
        .poll(() => log.lines.slice(before).map(({ level, message }) => [level, message]), { interval: 1 })
        .toEqual([['debug', 'request']]);
      queries.agentTypes = original;
    });

    test('is cut when its token ends during the export', async () => {
      const id = uuidV7.next();
      const content = 'x'.repeat(900_000);
      for (let nth = 0; nth < 40; nth += 1) await say(id, { content });
      const request = get(`${server.server.url}/api/v1/export`, {
        headers: { authorization: `Bearer ${dashboard}` },
      });
      const [response] = await once(request, 'response');
      await once(response, 'readable');
      const keys = await server.stores.apiKeys.list(userIdOf(user));
      const key = keys.find(({ scope }) => scope === 'dashboard')!;
      expect((await server.call(dashboard, 'DELETE', `/api-keys/${key.id}`)).status).toBe(204);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      await expect(once(response, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(text).not.toContain('"type":"end"');
      expect(server.server.log.at('error')).toEqual([]);
    });
  });

  describe('the deletion of an account', () => {
    test('needs the user’s name as confirmation and a dashboard token', async () => {
      for (const body of [{ confirm: 'me' }, { confirm: '' }, {}, { confirm: true }]) {
        const refused = await deletion(body);
        expect(refused.status).toBe(422);
        expect(await fieldsOf(refused)).toMatchObject({
          code: 'invalid_input',
          errors: [{ path: 'confirm' }],
        });
      }
      expect((await deletion({ confirm: user }, agent)).status).toBe(403);
      expect(await isAccepted(dashboard)).toBe(true);
    });

    test('deletes everything, returns the counts, and ends every token, recorded or not', async () => {
      const unrecorded = signedToken({ sub: user, iat: Math.floor(Date.now() / 1000) });
      const ids = [uuidV7.next(), uuidV7.next()];
      for (const id of ids) await say(id);
      expect(await isAccepted(unrecorded)).toBe(true);
      const answer = await deletion({ confirm: user });
      expect([answer.status, await fieldsOf(answer)]).toEqual([
        200,
        { success: true, deleted: { agent_types: 1, agent_instances: 2, messages: 2, api_keys: 2 } },
      ]);
      expect(await Promise.all([agent, dashboard, unrecorded].map(isAccepted))).toEqual([
        false,
        false,
        false,
      ]);
      expect(await say(ids[0]!)).toBe(401);
    });

    test('does not affect other users', async () => {
      const other = await server.token({ userId: userIdOf(`other-than-${user}`) });
      const id = uuidV7.next();
      await say(id, {}, other);
      await deletion({ confirm: user });
      expect(await say(id, {}, other)).toBe(200);
    });

    test('refuses old tokens and accepts new ones after it is finished', async () => {
      // Tokens count whole seconds, and this one is issued in the same second as the deletion.
      const unrecorded = signedToken({ sub: user, iat: Math.floor(Date.now() / 1000) });
      await deletion({ confirm: user });
      await expect(server.token({ userId: userIdOf(user) })).rejects.toThrow('is being deleted');
      const late = { now: () => new Date(systemClock.now().getTime() + 2_000) };
      expect(await finishDeletions({ removal: server.stores.removal, clock: late }, 1_000)).toBeNull();
      expect(await Promise.all([agent, dashboard, unrecorded].map(isAccepted))).toEqual([
        false,
        false,
        false,
      ]);
      const renewed = signedToken({ sub: user, iat: Math.floor(Date.now() / 1000) + 3 });
      expect(await isAccepted(renewed)).toBe(true);
      expect(await say(uuidV7.next(), {}, renewed)).toBe(200);
    });

    test('also deletes what was written during it, once every server knows of the deletion', async () => {
      const id = uuidV7.next();
      await deletion({ confirm: user });
      // Writes like another process that does not know of the deletion yet.
      await server.stores.apiKeys.update({ userId: userIdOf(user), id: 'k'.repeat(16) as never }, () => ({
        output: null,
        changes: {
          id: 'k'.repeat(16) as never,
          name: 'created during the deletion',
          scope: 'agent',
          agentInstanceId: null,
          client: null,
          tokenHash: id,
          createdAt: new Date(),
          expiresAt: null,
          lastUsedAt: null,
          revokedAt: null,
        },
        record: null,
      }));
      const { removal } = server.stores;
      expect(await finishDeletions({ removal, clock: systemClock }, 60_000)).toBeGreaterThan(50_000);
      expect(await removal.holdings(userIdOf(user))).toMatchObject({ apiKeys: 1 });
      const late = { now: () => new Date(systemClock.now().getTime() + 61_000) };
      expect(await finishDeletions({ removal, clock: late }, 60_000)).toBeNull();
      expect(await removal.holdings(userIdOf(user))).toMatchObject({ apiKeys: 0 });
    });
  });
});
