import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { scopedQuery } from '../../../src/adapters/mikro-orm/database/scoped-query.ts';

const SCOPE = { 'agent_dashboard.users': '{ada}', 'agent_dashboard.other': 'x' };
const READ = `select current_setting('agent_dashboard.users', true) as users`;

describe('a statement with the settings of its scope', () => {
  let client: pg.Client;

  const connected = async (config: pg.ClientConfig = {}) => {
    const made = new pg.Client({ connectionString: inject('postgresUrl'), ...config });
    await made.connect();
    return made;
  };
  beforeEach(async () => {
    client = await connected();
  });
  afterEach(() => client.end());

  const settingOutside = async () => (await client.query(READ)).rows[0].users;
  const inScope = (name: string | undefined, text: string, values: unknown[] = [], scope = SCOPE) =>
    scopedQuery(client, { ...(name === undefined ? {} : { name }), text, values }, scope);

  test.each([['prepared'], [undefined]])(
    'runs in one transaction with its settings, which end with it (name: %s)',
    async (name) => {
      for (const users of ['{ada}', '{bob}', '{"\\"ada\\"",bob}']) {
        const { rows, rowCount, command } = await inScope(name, READ, [], {
          ...SCOPE,
          'agent_dashboard.users': users,
        });
        expect({ rows, rowCount, command }).toEqual({ rows: [{ users }], rowCount: 1, command: 'SELECT' });
        expect(await settingOutside()).toBe('');
      }
    },
  );

  test('is sent in one packet with one Sync', async () => {
    await inScope('warm', READ);
    const { stream } = (client as unknown as { connection: { stream: NodeJS.WritableStream } }).connection;
    let corked = 0;
    let syncs = 0;
    const write = stream.write.bind(stream) as (chunk: Buffer) => boolean;
    stream.write = ((chunk: Buffer) => {
      if ((stream as unknown as { writableCorked: number }).writableCorked > 0) corked += 1;
      if (chunk[0] === 'S'.charCodeAt(0)) syncs += 1;
      return write(chunk);
    }) as typeof stream.write;
    await inScope('warm', READ);
    // Bind and Execute of the settings; Bind, Describe, Execute and Sync of the statement.
    expect({ corked, syncs }).toEqual({ corked: 6, syncs: 1 });
  });

  test('returns typed rows, and an empty list for a statement without rows', async () => {
    await client.query('create temp table t (id int)');
    expect((await inScope(undefined, `insert into pg_temp.t values ($1)`, [7])).rowCount).toBe(1);
    expect((await inScope('read', `select id, array[id] as ids from pg_temp.t`)).rows).toEqual([
      { id: 7, ids: [7] },
    ]);
    expect((await inScope('none', `select id from pg_temp.t where id = $1`, [8])).rows).toEqual([]);
  });

  test('leaves nothing behind when it cannot be parsed, and works under the same name once it can', async () => {
    const read = () => inScope('later', `select id from pg_temp.t`);
    for (let time = 0; time < 2; time += 1) await expect(read()).rejects.toMatchObject({ code: '42P01' });
    expect(await settingOutside()).toBe('');
    await client.query('create temp table t (id int)');
    for (let time = 0; time < 2; time += 1) expect((await read()).rows).toEqual([]);
  });

  test('does not run when its settings are refused, and works under the same name with good ones', async () => {
    await client.query('create temp table t (id int)');
    const write = (scope: typeof SCOPE) => inScope('write', `insert into pg_temp.t values ($1)`, [1], scope);
    for (const bad of [
      { 'no such': 'x', ...SCOPE },
      { ...SCOPE, role: 'nobody' },
    ]) {
      await expect(write(bad)).rejects.toThrow();
      expect((await client.query(`select * from pg_temp.t`)).rows).toEqual([]);
    }
    for (const nul of ['\0', '{ada}\0'])
      await expect(write({ ...SCOPE, 'agent_dashboard.users': nul })).rejects.toThrow();
    await write(SCOPE);
    expect((await client.query(`select * from pg_temp.t`)).rows).toHaveLength(1);
  });

  test('sets nothing when pg itself refuses it', async () => {
    await inScope('taken', READ);
    await expect(inScope('taken', 'select 1')).rejects.toThrow('must be unique');
    expect(await settingOutside()).toBe('');
  });

  test('is rolled back alone when it fails while it runs', async () => {
    const divide = (by: number) => inScope('divide', 'select 1 / $1::int as ratio', [by]);
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
    expect((await divide(1)).rows).toEqual([{ ratio: 1 }]);
    expect(await settingOutside()).toBe('');
  });

  test('is given up after query_timeout, and the next statement on the connection gets its own answer', async () => {
    const impatient = await connected({ query_timeout: 1_000 });
    const ask = (name: string, text: string) => scopedQuery(impatient, { name, text, values: [] }, SCOPE);
    await expect(ask('sleep', 'select pg_sleep(1.2)::text as slept')).rejects.toThrow('Query read timeout');
    expect((await ask('next', READ)).rows).toEqual([{ users: '{ada}' }]);
    expect((await ask('sleep again', 'select pg_sleep(0)::text as slept')).rows).toEqual([{ slept: '' }]);
    await impatient.end();
  });
});
