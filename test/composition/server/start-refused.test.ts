import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { basename, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateKeyPair } from '../../../src/adapters/jwt/keys/keys.ts';
import type { Environment } from '../../../src/composition/config/config.ts';
import { createDatabase, createDatabaseWithRole } from '../../support/postgres/postgres-database.ts';
import { provideDatabase } from '../../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from '../command-line/command-run.ts';

const SOURCE = new URL('../../../src', import.meta.url).href;

let folder: TemporaryFolder;
let base: Environment;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), '');
  const { privateKey } = await generateKeyPair('ed25519');
  base = {
    LOG_LEVEL: 'fatal',
    MCP_SERVER_PORT: '0',
    DATA_DIR: folder.path,
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
    JWT_PRIVATE_KEY: privateKey,
  };
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Expects that the command fails with one line that names the variable and contains no secret. */
async function expectRefused(args: readonly string[], name: string, env: Environment): Promise<string> {
  const { code, stdout, stderr } = await run(args, { ...base, ...env });
  expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^agent-dashboard: .*\\b${name}\\b.*\n$`));
  expect(stderr).not.toContain('hunter2');
  return stderr;
}

describe('a wrong value stops the start with one line that names the variable', () => {
  test.each([
    ['MCP_SERVER_PORT', 'eighty', 'port number from 0 to 65535'],
    ['DATABASE_URL', 'mysql://u:hunter2@localhost/db', 'PostgreSQL connection string'],
    ['JWT_PRIVATE_KEY', 'hunter2', 'PEM private key'],
    ['JWT_PUBLIC_KEY', 'hunter2', 'PEM public key'],
  ])('%s: an invalid value, with a description of a valid one', async (name, value, must) => {
    expect(await expectRefused(['serve'], name, { [name]: value })).toContain(`${name} must be a ${must}`);
  });

  test('DATA_DIR: a file instead of a folder, for the keys and for the embedded database', async () => {
    const DATA_DIR = join(folder.path, 'file');
    await expectRefused(['serve'], 'DATA_DIR', { DATA_DIR, JWT_PRIVATE_KEY: '' });
    await expectRefused(['serve'], 'DATA_DIR must be a folder', { DATA_DIR, DATABASE_URL: '' });
  });

  test('DATA_DIR: a file instead of the database', async () => {
    const DATA_DIR = join(folder.path, 'no-database');
    await mkdir(DATA_DIR);
    await writeFile(join(DATA_DIR, 'database'), '');
    const stderr = await expectRefused(['migrate'], 'DATA_DIR', { DATA_DIR, DATABASE_URL: '' });
    expect(stderr).toContain(`cannot write to ${DATA_DIR} (EEXIST`);
  });

  test.each(['PG_VERSION', 'global/pg_control'])(
    'DATA_DIR: a damaged database, in which %s is empty',
    async (file) => {
      const DATA_DIR = join(folder.path, `damaged-${basename(file)}`);
      await provideDatabase(DATA_DIR);
      await truncate(join(DATA_DIR, 'database', file));
      const stderr = await expectRefused(['migrate'], 'DATA_DIR', { DATA_DIR, DATABASE_URL: '' });
      expect(stderr).toContain(`the database in ${join(DATA_DIR, 'database')} cannot be opened`);
      expect(stderr).toContain('restore a backup');
    },
  );

  test('DATA_DIR: a database of another user', async () => {
    const DATA_DIR = join(folder.path, 'foreign');
    await provideDatabase(DATA_DIR);
    const database = join(DATA_DIR, 'database');
    for (const path of [folder.path, DATA_DIR, join(DATA_DIR, 'lock')]) await chmod(path, 0o777);
    await chmod(database, 0o555);
    // Root may write everywhere, so the process becomes another user when it has loaded everything.
    const script = `
      const { openDatabase } = await import(${JSON.stringify(`${SOURCE}/composition/store/open-database.ts`)});
      await import(${JSON.stringify(`${SOURCE}/adapters/mikro-orm/pglite.ts`)});
      if (process.getuid() === 0) process.setuid(65_534);
      await openDatabase({ databaseUrl: null, dataDir: ${JSON.stringify(DATA_DIR)} }).catch(console.log);
      process.exit();`;
    await using opening = new NodeProcess(['--input-type=module', '-e', script]);
    await opening.whenEnded;
    await chmod(database, 0o755);
    expect(opening.stdout).toContain(`DATA_DIR: this process cannot write to ${database} (EACCES)`);
  });

  test('HOST: not an address of this machine', async () => {
    await expectRefused(['serve'], 'HOST', { HOST: '192.0.2.1' });
  });

  test.each([
    ['no server listens', 'postgresql://postgres:hunter2@127.0.0.1:1/agents'],
    ['the host does not exist', 'postgresql://postgres:hunter2@nowhere.invalid/agents'],
    ['the password is wrong', () => inject('postgresUrl').replace('postgres:postgres@', 'postgres:hunter2@')],
    ['there is no such database', () => `${inject('postgresUrl')}_hunter`],
  ])('DATABASE_URL: %s', async (_case, url) => {
    const DATABASE_URL = typeof url === 'string' ? url : url();
    for (const args of [['serve'], ['migrate'], ['migrate', '--check']])
      await expectRefused(args, 'DATABASE_URL', { DATABASE_URL });
  });

  test('DATABASE_URL: a database that cannot store every text', async () => {
    for (const encoding of ['LATIN1', 'SQL_ASCII', 'EUC_JP']) {
      const DATABASE_URL = await createDatabase(
        inject('postgresUrl'),
        `encoding '${encoding}' template template0 lc_collate 'C' lc_ctype 'C'`,
      );
      for (const args of [['serve'], ['migrate'], ['migrate', '--check']]) {
        const stderr = await expectRefused(args, 'DATABASE_URL', { DATABASE_URL });
        expect(stderr).toContain(`must have the encoding UTF8, not ${encoding}`);
      }
    }
  });

  test('DATABASE_URL: a role that can only read, or that may not make the tables', async () => {
    const url = new URL(await createDatabaseWithRole(inject('postgresUrl'), ''));
    const [role, database] = [url.username, url.pathname.slice(1)];
    const execute = async (statement: string) => {
      const client = new pg.Client({ connectionString: inject('postgresUrl').replace(/[^/]*$/, database) });
      await client.connect();
      await client.query(statement);
      await client.end();
    };
    const refused = (args: readonly string[]) =>
      expectRefused(args, 'DATABASE_URL', { DATABASE_URL: url.href });
    await execute(`alter role ${role} set default_transaction_read_only = on`);
    for (const args of [['serve'], ['migrate']]) expect(await refused(args)).toContain('can only be read');
    await execute(`alter role ${role} reset all; alter database ${database} owner to postgres`);
    for (const args of [['serve'], ['migrate']])
      expect(await refused(args)).toContain(`grant create on schema public to ${role}`);
    await execute(`alter role ${role} set search_path = nowhere`);
    expect(await refused(['serve'])).toContain('search_path');
  });

  test('a port that is taken, before anything is made in DATA_DIR', async () => {
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const DATA_DIR = join(folder.path, 'not-made');
    const env = { DATA_DIR, DATABASE_URL: '', JWT_PRIVATE_KEY: '' };
    const taken = await expectRefused(['serve'], 'MCP_SERVER_PORT', { ...env, MCP_SERVER_PORT: `${port}` });
    expect(taken).toContain(`MCP_SERVER_PORT=${port + 1}`);
    await expectRefused(['serve'], 'METRICS_PORT', { ...env, METRICS_PORT: `${port}` });
    await expectRefused(['serve'], 'HOST', { ...env, HOST: '192.0.2.1' });
    expect(existsSync(DATA_DIR)).toBe(false);
  });

  test('a port that a server with the same settings uses, with the command for a link to it', async () => {
    const env = { DATA_DIR: join(folder.path, 'running'), LOG_LEVEL: 'warn' };
    await using first = await RunningServer.start(env);
    const again = { ...env, DATABASE_URL: '', JWT_PRIVATE_KEY: '', MCP_SERVER_PORT: `${first.port}` };
    expect(await expectRefused(['serve'], 'MCP_SERVER_PORT', again)).toMatch(/running already\. .* link\n$/);
  });

  test('DATABASE_LISTEN_URL: no server listens', async () => {
    const DATABASE_LISTEN_URL = 'postgresql://postgres:hunter2@127.0.0.1:1/agents';
    await expectRefused(['serve'], 'DATABASE_LISTEN_URL', { DATABASE_LISTEN_URL });
  });
});
