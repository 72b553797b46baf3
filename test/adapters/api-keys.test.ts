import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/adapters/mikro-orm/database/database.ts';
import { instanceIdOf, newKeyId, userIdOf } from '../support/builders.ts';
import { DATABASES } from '../support/postgres/open-databases.ts';
import { IssuingServer } from './issuing-server.ts';
import { type CallOptions, fieldsOf } from './koa/test-server.ts';

type Fields = { [name: string]: unknown };

const ID = expect.stringMatching(/^[\w-]{16}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
const TOKEN = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/);

const [, POSTGRES] = DATABASES;

const STORES: [name: string, open: () => Promise<[Database, Database] | [null]>][] = [
  ['in memory', async () => [null]],
  [POSTGRES![0], POSTGRES![2]],
];

describe.each(STORES)('keys over REST, %s', (_name, open) => {
  let databases: [Database, Database] | [null];
  /** Two servers if they can share the store, since every rule also holds across processes. */
  let servers: IssuingServer[];
  let users = 0;
  let user: string;
  let dashboard: string;

  beforeAll(async () => {
    databases = await open();
    await databases[0]?.migrate();
    servers = await Promise.all(databases.map((database) => IssuingServer.start({ database })));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    for (const database of databases) await database?.close();
  });
  beforeEach(async () => {
    users += 1;
    user = `user-${users}`;
    dashboard = await tokenOf(user);
  });

  const tokenOf = (name: string, scope: 'agent' | 'dashboard' = 'dashboard') =>
    servers[0]!.token({ userId: userIdOf(name), scope });
  const call = (token: string, method: string, path: string, options?: CallOptions) =>
    servers[0]!.call(token, method, path, options);
  const create = async (body: object, headers: { [name: string]: string } = {}, nth = 0) => {
    const server = servers[nth % servers.length]!;
    const answer = await server.call(dashboard, 'POST', '/api-keys', { body, headers });
    return { status: answer.status, fields: await fieldsOf<Fields>(answer) };
  };
  const revoke = (id: unknown, headers: { [name: string]: string } = {}, token = dashboard) =>
    call(token, 'DELETE', `/api-keys/${id}`, { headers });
  const list = async (token = dashboard) =>
    (await (await call(token, 'GET', '/api-keys')).json()) as Fields[];
  const named = async (name: string) => (await list()).filter((key) => key.name === name);
  const isAccepted = async (token: unknown) =>
    (await call(String(token), 'GET', '/auth/verify')).status === 200;

  test('a new key is returned with its token once, works at once, and is listed without the token', async () => {
    const { status, fields } = await create({ name: 'laptop', expires_in_days: 2 });
    expect(status).toBe(201);
    const { token, ...key } = fields;
    expect(token).toEqual(TOKEN);
    expect(key).toEqual({
      id: ID,
      name: 'laptop',
      scope: 'agent',
      agent_instance_id: null,
      created_at: TIME,
      expires_at: TIME,
      last_used_at: null,
      client: null,
      revoked_at: null,
    });
    expect(Date.parse(`${key.expires_at}`) - Date.parse(`${key.created_at}`)).toBe(2 * 86_400_000);
    const verified = await fieldsOf(await call(String(token), 'GET', '/auth/verify'));
    expect(verified).toMatchObject({ user_id: user, scopes: ['agent'], expires_at: key.expires_at });
    expect(await named('laptop')).toEqual([key]);
    expect(JSON.stringify(await list())).not.toContain(token);
  });

  test('a key can have the scope dashboard or be bound to an agent instance, but not both', async () => {
    const people = await create({ name: 'mine', scope: 'dashboard' });
    expect((await list(String(people.fields.token))).length).toBe(2);
    const agent_instance_id = instanceIdOf(7).toUpperCase();
    const bound = await create({ name: 'container', agent_instance_id });
    expect(bound.fields).toMatchObject({ agent_instance_id: instanceIdOf(7) });
    const verified = await fieldsOf(await call(String(bound.fields.token), 'GET', '/auth/verify'));
    expect(verified).toMatchObject({ agent_instance_id: instanceIdOf(7), scopes: ['agent'] });
    const both = await create({ name: 'both', agent_instance_id, scope: 'dashboard' });
    expect(both).toMatchObject({ status: 422, fields: { code: 'key_not_grantable' } });
    expect(await named('both')).toEqual([]);
  });

  test.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: ' ' }, 'name'],
    ['a name of 256 characters', { name: 'n'.repeat(256) }, 'name'],
    ['an unknown scope', { name: 'n', scope: 'admin' }, 'scope'],
    ['zero days', { name: 'n', expires_in_days: 0 }, 'expires_in_days'],
    ['a day and a half', { name: 'n', expires_in_days: 1.5 }, 'expires_in_days'],
    ['more than a hundred years', { name: 'n', expires_in_days: 36_501 }, 'expires_in_days'],
    ['days as text', { name: 'n', expires_in_days: '30' }, 'expires_in_days'],
  ])('%s is refused, and the error names the field', async (_what, body, path) => {
    const { status, fields } = await create(body);
    expect({ status, code: fields.code }).toEqual({ status: 422, code: 'invalid_input' });
    expect(fields.errors).toMatchObject([{ path }]);
    expect(await list()).toHaveLength(1);
  });

  test('the longest name and the longest life are accepted', async () => {
    const { status, fields } = await create({ name: 'n'.repeat(255), expires_in_days: 36_500 });
    expect(status).toBe(201);
    expect(await isAccepted(fields.token)).toBe(true);
  });

  test('a repeat with the same Idempotency-Key returns the same key without its token, and creates none', async () => {
    const headers = { 'idempotency-key': 'k' };
    const first = await create({ name: 'once' }, headers);
    const repeats = [await create({ name: 'once' }, headers, 1), await create({ name: 'once' }, headers)];
    expect(first.fields.token).toEqual(TOKEN);
    for (const repeat of repeats) {
      expect(repeat).toEqual({ status: 201, fields: { ...first.fields, token: null } });
    }
    expect(await named('once')).toHaveLength(1);
    const other = await create({ name: 'twice' }, headers, 1);
    expect(other).toMatchObject({ status: 422, fields: { code: 'idempotency_key_reused' } });
    expect(await named('twice')).toEqual([]);
  });

  test('one of several concurrent repeats gets the token, and one key is created', async () => {
    const headers = { 'idempotency-key': 'k' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, nth) => create({ name: 'race' }, headers, nth)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const tokens = answers.map(({ fields }) => fields.token).filter((token) => token !== null);
    expect(tokens).toHaveLength(1);
    expect(new Set(answers.map(({ fields }) => fields.id)).size).toBe(1);
    expect(await named('race')).toHaveLength(1);
    expect(await isAccepted(tokens[0])).toBe(true);
  });

  test('a revoked key is refused, and revoking it again changes nothing', async () => {
    const { fields } = await create({ name: 'gone' });
    expect(await isAccepted(fields.token)).toBe(true);
    const headers = { 'idempotency-key': 'd' };
    const first = await revoke(fields.id, headers);
    expect({ status: first.status, body: await first.text() }).toEqual({ status: 204, body: '' });
    const [revoked] = await named('gone');
    expect(revoked!.revoked_at).not.toBeNull();
    expect(await isAccepted(fields.token)).toBe(false);
    expect((await revoke(fields.id, headers)).status).toBe(204);
    expect((await revoke(fields.id)).status).toBe(204);
    expect(await named('gone')).toEqual([ignoringLastUse(revoked!)]);
    const other = await revoke(newKeyId(), headers);
    expect(other.status).toBe(422);
    expect(await fieldsOf(other)).toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('a key can revoke itself', async () => {
    const { fields } = await create({ name: 'me', scope: 'dashboard' });
    const token = String(fields.token);
    expect((await revoke(fields.id, {}, token)).status).toBe(204);
    expect((await call(token, 'GET', '/api-keys')).status).toBe(401);
  });

  test("another user's key gets the same error as an unknown key", async () => {
    const { fields } = await create({ name: 'mine' });
    const stranger = await tokenOf(`${user}-stranger`);
    const answers = [];
    for (const id of [fields.id, newKeyId()]) {
      const answer = await revoke(id, {}, stranger);
      const { request_id: _, ...problem } = await fieldsOf<Fields>(answer);
      const headers = [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
      answers.push({ status: answer.status, problem, headers });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 404, problem: { code: 'api_key_not_found' } });
    expect(await isAccepted(fields.token)).toBe(true);
    expect(await list(stranger)).toHaveLength(1);
  });

  test.each(['x', 'a'.repeat(17), 'aaaaaaaaaaaaaaa%20', instanceIdOf(1)])(
    '%s is not a valid key id',
    async (id) => {
      const answer = await revoke(id);
      expect(answer.status).toBe(422);
      expect(await fieldsOf(answer)).toMatchObject({
        code: 'invalid_id',
        errors: [{ path: 'id', message: 'must be 16 characters of A-Z, a-z, 0-9, - and _' }],
      });
    },
  );

  test('an agent token cannot list, create or revoke keys, not even its own', async () => {
    const { fields } = await create({ name: 'agent' });
    const token = String(fields.token);
    const refused = [
      await call(token, 'GET', '/api-keys'),
      await call(token, 'POST', '/api-keys', { body: { name: 'another' } }),
      await revoke(fields.id, {}, token),
      await revoke('x', {}, token),
    ];
    for (const answer of refused) {
      expect(answer.status).toBe(403);
      expect(await fieldsOf(answer)).toMatchObject({ code: 'insufficient_scope' });
    }
    expect(await named('another')).toEqual([]);
    expect(await isAccepted(token)).toBe(true);
  });

  /** Leaves out when a key was last used, since that is written later. */
  function ignoringLastUse({ last_used_at: _, ...key }: Fields) {
    return expect.objectContaining(key);
  }
});

test('a server without a private key lists and revokes keys, but creates none', async () => {
  await using server = await IssuingServer.start({ issues: false });
  const dashboard = await server.token({ scope: 'dashboard' });
  const made = await server.call(dashboard, 'POST', '/api-keys', { body: { name: 'laptop' } });
  expect(made.status).toBe(409);
  expect(await fieldsOf(made)).toMatchObject({ code: 'issuing_disabled' });
  const [key, ...others] = (await (await server.call(dashboard, 'GET', '/api-keys')).json()) as Fields[];
  expect(others).toEqual([]);
  expect((await server.call(dashboard, 'DELETE', `/api-keys/${key!.id}`)).status).toBe(204);
  expect((await server.call(dashboard, 'GET', '/api-keys')).status).toBe(401);
});
