import { execFileSync } from 'node:child_process';
import { lstat, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { BIN, runAgentDashboard } from '../../support/servers/agent-dashboard.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { [field: string]: unknown });

describe.each([
  ['the embedded store of a running server', async () => ({})],
  [
    'PostgreSQL while a server runs',
    async () => ({ DATABASE_URL: await createDatabase(inject('postgresUrl')) }),
  ],
])('on %s', (name, settings) => {
  let env: { [name: string]: string };
  let server: RunningServer;
  beforeAll(async () => {
    env = { DATA_DIR: join(folder.path, name), LOG_LEVEL: 'warn', ...(await settings()) };
    server = await RunningServer.start(env);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const say = async (content: string, token = server.agentToken) =>
    (
      await server.call('POST', '/messages/agent', {
        token,
        body: { agent_instance_id: ID, agent_type: 'codex', content },
      })
    ).status;

  test('user export writes a file that only its owner can read, and leaves no partial file', async () => {
    await say('one \u2028 two \u009b2J');
    const output = join(folder.path, `${name}.jsonl`);
    const { code, stdout } = await run(['user', 'export', '--user', 'local', '--output', output], env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const lines = linesOf(await readFile(output, 'utf8'));
    expect(lines.map(({ type }) => type)).toEqual([
      'header',
      'agent_type',
      'agent_instance',
      'message',
      'api_key',
      'api_key',
      'end',
    ]);
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).not.toContain(`${name}.jsonl.part`);
  });

  test.each([
    ['without --output', []],
    ['for --output -', ['--output', '-']],
  ])('user export writes to stdout %s', async (_case, options) => {
    const { code, stdout } = await runAgentDashboard(['user', 'export', '--user', 'local', ...options], env);
    expect(code).toBe(0);
    expect(linesOf(stdout).at(-1)).toMatchObject({ type: 'end' });
    const contents = linesOf(stdout).map(({ content }) => content);
    expect(contents).toContain('one \u2028 two \u009b2J');
    expect(stdout).not.toContain('\u009b');
  });

  test('user export writes into a pipe with a name, and follows a link', async () => {
    const at = (file: string) => join(folder.path, `${name}.${file}`);
    execFileSync('mkfifo', [at('fifo')]);
    await symlink(at('fifo'), at('fifo-link'));
    await writeFile(at('target'), 'old');
    await symlink(at('target'), at('link'));
    await symlink(at('new'), at('dangling'));
    const exportTo = (output: string) => run(['user', 'export', '--user', 'local', '--output', output], env);
    // A pipe that is open for reading and writing can be filled without a reader.
    await using pipe = await open(at('fifo'), 'r+');
    expect((await exportTo(at('fifo-link'))).code).toBe(0);
    expect((await lstat(at('fifo'))).isFIFO()).toBe(true);
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65_536) });
    expect(linesOf(buffer.toString('utf8', 0, bytesRead)).at(-1)).toMatchObject({ type: 'end' });
    for (const link of ['link', 'dangling']) expect((await exportTo(at(link))).code).toBe(0);
    for (const link of ['fifo-link', 'link', 'dangling']) {
      expect((await lstat(at(link))).isSymbolicLink()).toBe(true);
    }
    for (const target of ['target', 'new']) {
      expect(linesOf(await readFile(at(target), 'utf8')).at(-1)).toMatchObject({ type: 'end' });
    }
  });

  test('user export ends without an error when its output is closed early', async () => {
    for (let step = 0; step < 3; step += 1) await say('x'.repeat(200_000));
    const script = `set -o pipefail; "${process.execPath}" "${BIN}" user export --user local | head -n 1`;
    await using shell = new NodeProcess(['-c', script], { node: 'bash', env });
    const { code } = await shell.whenEnded;
    expect({ code, stderr: shell.stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(shell.stdout)).toMatchObject([{ type: 'header' }]);
  });

  test('a user without data can be exported with a note, but cannot be deleted', async () => {
    const printed = await runAgentDashboard(['user', 'export', '--user', 'nobody'], env);
    expect(printed).toMatchObject({ code: 0, stderr: 'There is no data of the user nobody.\n' });
    expect(linesOf(printed.stdout).map(({ type }) => type)).toEqual(['header', 'end']);
    expect(await run(['user', 'delete', '--user', 'nobody', '--yes'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no data of the user nobody to delete.\n',
    });
  });

  test('user delete without a terminal and without --yes deletes nothing', async () => {
    const { code, stdout, stderr } = await run(['user', 'delete', '--user', 'local'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/needs --yes/);
    expect(await say('still here')).toBe(200);
  });

  test('user delete works while the server runs, and the server then refuses the user’s tokens', async () => {
    const { code, stdout } = await run(['user', 'delete', '--user', 'local', '--yes', '--json'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      user_id: 'local',
      deleted: { agent_types: 1, agent_instances: 1, messages: 5, api_keys: 2 },
    });
    await expect.poll(() => say('anybody?'), { timeout: 6_000 }).toBe(401);
    const exported = await run(['user', 'export', '--user', 'local'], env);
    expect(exported.code).toBe(0);
    const issued = await run(['token', 'issue', '--user', 'local'], env);
    expect(issued).toMatchObject({ code: 1, stderr: expect.stringContaining('is being deleted') });
  });
});

test('a server that starts completes a deletion, and its new tokens are valid', async () => {
  const env = { DATA_DIR: join(folder.path, 'begun'), LOG_LEVEL: 'warn' };
  const before = await RunningServer.start(env);
  await before.stop();
  const { code, stdout } = await run(['user', 'delete', '--user', 'local', '--yes'], env);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Deleted 0 agent instances/) });
  await using server = await RunningServer.start(env);
  const verify = (token: string) => server.call('GET', '/auth/verify', { token });
  expect((await verify(server.agentToken)).status).toBe(200);
  expect((await verify(before.agentToken)).status).toBe(401);
});
