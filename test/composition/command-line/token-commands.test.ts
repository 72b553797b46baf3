import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { lockDataDir } from '../../../src/composition/data-dir/data-dir-lock.ts';
import { freshKeyPair, pairs, pemOf, signedToken } from '../../adapters/jwt/signed-tokens.ts';
import { newKeyId } from '../../support/builders.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { BIN, runAgentDashboard } from '../../support/servers/agent-dashboard.ts';
import { provideDatabase } from '../../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

interface Listed {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly revoked_at: string | null;
}

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const JWT_PRIVATE_KEY = pemOf(pairs.EdDSA.privateKey);

/** Returns settings with a new data folder. All of them use the same signing key. */
let folders = 0;
function freshSettings(more: object = {}): { DATA_DIR: string; LOG_LEVEL: string; JWT_PRIVATE_KEY: string } {
  folders += 1;
  return { DATA_DIR: join(folder.path, `data-${folders}`), LOG_LEVEL: 'warn', JWT_PRIVATE_KEY, ...more };
}

async function listed(env: object): Promise<Listed[]> {
  const { code, stdout, stderr } = await run(['token', 'list', '--json'], { ...env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Listed[];
}

describe.each([
  ['the embedded store while no server runs', async () => freshSettings()],
  ['PostgreSQL', async () => freshSettings({ DATABASE_URL: await createDatabase(inject('postgresUrl')) })],
])('on %s', (_store, environment) => {
  let env: ReturnType<typeof freshSettings>;
  beforeAll(async () => {
    env = await environment();
    await provideDatabase(env.DATA_DIR);
    await run(['migrate'], env);
  });

  test('token list prints a note when there is no token; with --json it prints an empty list', async () => {
    const { code, stdout, stderr } = await run(['token', 'list'], env);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No token has been issued yet.\n',
    });
    expect(await listed(env)).toEqual([]);
  });

  test('a token can be issued, listed and revoked', async () => {
    const options = ['--user', 'ada', '--name', 'laptop', '--expires', '90d'];
    const issued = await run(['token', 'issue', ...options], env);
    expect(issued).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
      stderr: '',
    });
    const [key] = await listed(env);
    expect(key).toMatchObject({ user_id: 'ada', name: 'laptop', scope: 'agent', revoked_at: null });
    const before = await run(['token', 'list'], env);
    expect(before.stdout).toMatch(/^ID +USER +SCOPE +NAME +CREATED +LAST USED \(UTC\) +STATE\n/);
    expect(before.stdout).toMatch(new RegExp(`${key!.id} +ada +agent +laptop +\\S+ +never +valid until `));

    const revoked = await run(['token', 'revoke', key!.id], env);
    expect(revoked).toMatchObject({ code: 0, stderr: '' });
    expect(revoked.stdout).toBe(
      `Revoked ${key!.id} (laptop, of ada). Within 5 seconds every server refuses it.\n`,
    );
    const all = await run(['token', 'list', '--all'], env);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(/never +revoked \d{4}-\d\d-\d\d\n$/);
    expect(await run(['token', 'list'], env)).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^Not shown: 1 that .*token list --all\n$/),
    });
    const again = await run(['token', 'revoke', key!.id, '--json'], env);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toEqual(await listed(env));
    expect(JSON.parse(again.stdout)).toMatchObject([{ id: key!.id, revoked_at: expect.any(String) }]);
  });

  test('token import reads tokens from stdin', async () => {
    const jti = newKeyId();
    const script = `echo "$TOKEN" | "${process.execPath}" "${BIN}" token import -`;
    const given = { ...env, TOKEN: signedToken({ sub: 'ada', jti }) };
    await using shell = new NodeProcess(['-c', script], { node: 'bash', env: given });
    const { code } = await shell.whenEnded;
    expect({ code, stdout: shell.stdout }).toEqual({ code: 0, stdout: `line 1: ${jti}, agent of ada\n` });
  });

  test('token import reports a file that is missing or cannot be read', async () => {
    const file = join(folder.path, 'missing');
    expect(await run(['token', 'import', file], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: `agent-dashboard: There is no file ${file}\n`,
    });
    expect(await run(['token', 'import', folder.path], env)).toMatchObject({
      code: 1,
      stderr: `agent-dashboard: ${folder.path} cannot be read (EISDIR)\n`,
    });
  });

  test('token import reads a file line by line and prints a result for each token', async () => {
    const jti = newKeyId();
    const valid = signedToken({ sub: 'ada\u202e[2J', jti });
    const revoked = signedToken({ sub: 'ada', jti: newKeyId() });
    const lines = [
      '\uFEFF# tokens of last year',
      valid,
      '',
      `  ${valid}  `,
      signedToken({ sub: 'ada', exp: 1_000_000_000 }),
      signedToken({ sub: 'ada' }, {}, freshKeyPair('EdDSA')),
      revoked,
    ];
    const file = `${env.DATA_DIR}.tokens`;
    await writeFile(file, revoked);
    await run(['token', 'import', file], env);
    const { id } = (await listed(env)).find(({ revoked_at }) => revoked_at === null)!;
    await run(['token', 'revoke', id], env);

    await writeFile(file, lines.join('\r\n'));
    const { code, stdout, stderr } = await run(['token', 'import', file], env);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `line 2: ${jti}, agent of ada�[2J`,
      `line 4: ${jti}, agent of ada�[2J (already recorded)`,
      `line 7: ${id}, agent of ada (already recorded) (revoked; stays revoked)`,
      '',
    ]);
    expect(stderr.split('\n')).toEqual([
      'line 5: refused, expired',
      'line 6: refused, no key of this server has signed it',
      '',
    ]);
    const asJson = await run(['token', 'import', file, '--json'], env);
    expect(asJson).toMatchObject({ code: 1, stderr: '' });
    expect(asJson.stdout).not.toContain('\u202e');
    const outcomes = asJson.stdout.trim().split('\n');
    expect(outcomes.map((each) => JSON.parse(each))).toMatchObject([
      { line: 2, outcome: 'known', key: { id: jti } },
      { line: 4, outcome: 'known', key: { id: jti } },
      { line: 5, outcome: 'refused', reason: 'expired' },
      { line: 6, outcome: 'refused' },
      { line: 7, outcome: 'known', key: { id, revoked_at: expect.any(String) } },
    ]);
    // The lists show the user name without the character that turns the direction of text.
    const table = await run(['token', 'list'], env);
    const json = await run(['token', 'list', '--json'], env);
    expect(table.stdout).toContain('ada�[2J');
    expect(json.stdout).toContain(String.raw`ada\u202e[2J`);
    expect((await run(['token', 'import', `${file}.missing`], env)).code).toBe(1);
  });

  test('two concurrent commands both succeed', async () => {
    const before = (await listed(env)).length;
    const issue = (name: string) =>
      runAgentDashboard(['token', 'issue', '--user', 'ada', '--name', name], env);
    const issued = await Promise.all([issue('one'), issue('two')]);
    for (const { code, stderr } of issued) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await listed(env)).toHaveLength(before + 2);
  });
});

test.each([
  ['that does not exist', newKeyId(), 'There is no token with the id'],
  ['that looks like an option', '-x-0123456789abc', 'There is no token with the id'],
  ['that begins like --version', '-V-0123456789abc', 'There is no token with the id'],
  ['that begins like --help', '-h-0123456789abc', 'There is no token with the id'],
  ['that begins with two hyphens', '--json-789abcdef', 'There is no token with the id'],
])('token revoke fails for an id %s', async (_case, id, reason) => {
  const { code, stdout, stderr } = await run(['token', 'revoke', id], {
    ...freshSettings(),
    DATABASE_URL: await createDatabase(inject('postgresUrl')),
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(reason);
});

test.each(['zz', '', 'x'.repeat(17), 'abcdefgh.ijklmno'])(
  'token revoke refuses %j as wrong use',
  async (id) => {
    const { code, stdout, stderr } = await run(['token', 'revoke', id], freshSettings());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('an id of 16 characters');
  },
);

test.each(['\u001b[2J', 'a\nb', '', 'n'.repeat(256)])('token issue refuses the name %j', async (name) => {
  const { code, stdout } = await run(['token', 'issue', '--user', 'ada', '--name', name], freshSettings());
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test.each([
  ['--expires', '36501d', 'no more than 100 years'],
  ['--instance', 'x', 'It should be a UUID'],
])('token issue refuses %s %s', async (option, value, reason) => {
  const { code, stdout, stderr } = await run(
    ['token', 'issue', '--user', 'ada', option, value],
    freshSettings(),
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(reason);
});

test('token issue refuses the dashboard scope for a token limited to one instance', async () => {
  const options = ['--instance', '7c9e6679-7425-40de-944b-e07fc1f90ae7', '--scope', 'dashboard'];
  const env = freshSettings();
  await provideDatabase(env.DATA_DIR);
  const { code, stderr } = await run(['token', 'issue', '--user', 'ada', ...options], env);
  expect(code).toBe(1);
  expect(stderr).toContain('limited to one agent instance');
});

describe('short RSA keys', () => {
  const pair = pairs['short RS256'];
  const keys = { JWT_PRIVATE_KEY: pemOf(pair.privateKey) };

  test('are accepted by token import only with ALLOW_SHORT_RSA_KEYS=true', async () => {
    const env = freshSettings(keys);
    await provideDatabase(env.DATA_DIR);
    const file = `${env.DATA_DIR}.tokens`;
    await writeFile(file, signedToken({ sub: 'ada' }, {}, pair));
    const refused = await run(['token', 'import', file], env);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('ALLOW_SHORT_RSA_KEYS=true');
    const imported = await run(['token', 'import', file], { ...env, ALLOW_SHORT_RSA_KEYS: 'true' });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('while a server uses the embedded store', () => {
  test('every command goes through that server, and after a crash through the next one', async () => {
    const env = freshSettings();
    for (const end of ['kill -9', 'stop'] as const) {
      await using server = await RunningServer.start(env);
      const issued = await run(['token', 'issue', '--user', 'ada', '--name', end], env);
      expect(issued).toMatchObject({ code: 0, stderr: '' });
      const token = issued.stdout.trim();
      expect((await server.call('GET', '/auth/verify', { token })).status).toBe(200);
      const { id } = (await listed(env)).find(({ name }) => name === end)!;
      expect((await run(['token', 'revoke', id], env)).code).toBe(0);
      expect((await server.call('GET', '/auth/verify', { token })).status).toBe(401);
      const file = `${env.DATA_DIR}.tokens`;
      await writeFile(
        file,
        Array.from({ length: 250 }, () => signedToken({ sub: end, jti: newKeyId() })).join('\n'),
      );
      expect(await run(['token', 'import', file], env)).toMatchObject({ code: 0, stderr: '' });
      if (end === 'stop') await server.stop();
      else await server.kill9();
    }
    // No server uses the store now. It has two printed tokens, and per round one issued and 250 imported.
    expect(await listed(env)).toHaveLength(2 + 2 * 251);
  });

  test('a command waits for a server that is just starting', async () => {
    const env = freshSettings();
    await provideDatabase(env.DATA_DIR);
    const starting = RunningServer.start(env);
    const issued = await run(['token', 'issue', '--user', 'ada'], env);
    expect(issued.code).toBe(0);
    await using server = await starting;
    const token = issued.stdout.trim();
    expect((await server.call('GET', '/auth/verify', { token })).status).toBe(200);
  });

  test('a server that starts waits for a running command', async () => {
    const env = freshSettings();
    await provideDatabase(env.DATA_DIR);
    const command = await lockDataDir(env.DATA_DIR);
    const settings = { ...env, MCP_SERVER_PORT: '0', LOG_LEVEL: 'info' };
    await using server = new NodeProcess([BIN, 'serve'], { env: settings });
    const other = runAgentDashboard(['token', 'issue', '--user', 'ada'], env);
    await server.waitForOutput('waiting for a command', 'stderr');
    command[Symbol.dispose]();
    await server.waitForOutput('Ctrl-C stops it.');
    expect((await other).code).toBe(0);
  });

  test('a command fails at once if the path is too long for a socket', async () => {
    const env = freshSettings({ DATA_DIR: join(folder.path, 'd'.repeat(100)) });
    await mkdir(join(env.DATA_DIR, 'database'), { recursive: true });
    using _lock = await lockDataDir(env.DATA_DIR);
    const { code, stdout, stderr } = await run(['token', 'issue', '--user', 'ada'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^agent-dashboard: .*choose a shorter DATA_DIR\.\n$/);
  });
});
