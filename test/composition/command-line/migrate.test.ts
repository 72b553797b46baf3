import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../../src/composition/config/config.ts';
import { lockDataDir } from '../../../src/composition/data-dir/data-dir-lock.ts';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

const MISSING = expect.stringMatching(/^(missing \S+\n)+$/);
const APPLIED = expect.stringMatching(/^(applied \S+\n)+$/);
const UP_TO_DATE = 'The schema is up to date.\n';

const freshDatabase = async () => ({ DATABASE_URL: await createDatabase(inject('postgresUrl')) });

describe('migrate', () => {
  test('--check lists missing migrations, and a run without it applies them', async () => {
    const env = await freshDatabase();
    expect(await run(['migrate', '--check'], env)).toEqual({ code: 1, stdout: MISSING, stderr: '' });
    expect(await run(['migrate'], env)).toEqual({ code: 0, stdout: APPLIED, stderr: '' });
    for (const args of [['migrate'], ['migrate', '--check']])
      expect(await run(args, env)).toEqual({ code: 0, stdout: UP_TO_DATE, stderr: '' });
  });

  test('--json prints the same results as JSON', async () => {
    const env = await freshDatabase();
    const runJson = async (...args: readonly string[]) => {
      const { stdout, ...rest } = await run(['migrate', '--json', ...args], env);
      return { ...rest, output: JSON.parse(stdout) };
    };
    const names = expect.arrayContaining([expect.stringMatching(/^\S+$/)]);
    expect(await runJson('--check')).toEqual({ code: 1, stderr: '', output: { missing: names } });
    expect(await runJson()).toEqual({ code: 0, stderr: '', output: { applied: names } });
    expect(await runJson('--check')).toEqual({ code: 0, stderr: '', output: { missing: [] } });
  });

  test('--check creates no table in an empty database', async () => {
    const env = await freshDatabase();
    await run(['migrate', '--check'], env);
    const client = new pg.Client({ connectionString: env.DATABASE_URL });
    await client.connect();
    const { rows } = await client.query(`select tablename from pg_tables where schemaname = 'public'`);
    await client.end();
    expect(rows).toEqual([]);
  });

  test('of several servers that start at once, only one applies the migrations', async () => {
    const config = readConfig(await freshDatabase());
    await using stack = new AsyncDisposableStack();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase(config)));
    for (const each of opened) stack.use(each);
    const applied = await Promise.all(opened.map(({ database }) => database.migrate()));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  });

  test('works on the embedded database, but not while another process uses it', async () => {
    await using folder = await temporaryFolder();
    const env = { DATA_DIR: join(folder.path, 'data') };
    expect(await run(['migrate', '--check'], env)).toMatchObject({ code: 1, stdout: MISSING });
    expect(await run(['migrate'], env)).toMatchObject({ code: 0, stdout: APPLIED });
    {
      using _server = await lockDataDir(env.DATA_DIR);
      const { code, stdout, stderr } = await run(['migrate', '--check'], env);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^agent-dashboard: .* is in use by another agent-dashboard process.*\n$/);
    }
    expect(await run(['migrate', '--check'], env)).toMatchObject({ code: 0, stdout: UP_TO_DATE });
  });
});
