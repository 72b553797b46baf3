import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

test.each([
  ['the embedded database', async () => ({})],
  ['PostgreSQL', async () => ({ DATABASE_URL: await createDatabase(inject('postgresUrl')) })],
  ['PUBLIC_URL', async () => ({ PUBLIC_URL: 'https://agents.example' })],
])('link prints a new link to a running server with %s; it works once', async (name, settings) => {
  const env = {
    DATA_DIR: join(folder.path, name),
    LOG_LEVEL: 'warn',
    MCP_SERVER_PORT: '0',
    ...(await settings()),
  };
  await using server = await RunningServer.start(env);
  const { code, stdout, stderr } = await run(['link', '--user', 'ada'], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, url, signInCode] = /^(\S+)\/#code=(\S+)\n$/.exec(stdout)!;
  expect(url).toBe(server.url);
  if (url?.startsWith('https')) return;
  const signIn = () => server.call('POST', '/auth/session', { body: { code: signInCode! }, token: null });
  const signedIn = await signIn();
  expect(await signedIn.json()).toMatchObject({ user_id: 'ada' });
  expect((await signIn()).status).toBe(401);
});

test('link says what to do when no server is running', async () => {
  const env = { DATA_DIR: join(folder.path, 'stopped'), MCP_SERVER_PORT: '0', LOG_LEVEL: 'warn' };
  for (const isUsed of [false, true]) {
    if (isUsed) await (await RunningServer.start(env)).kill9();
    const { code, stdout, stderr } = await run(['link'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^agent-dashboard: No server is running in \S+\. .*DATA_DIR.* serve\n$/);
  }
});

test('link says that a server which makes no tokens for people has no links', async () => {
  const keys = Object.fromEntries(
    Array.from((await run(['keys', 'generate'])).stdout.matchAll(/^(\w+)="(.*)"$/gm), ([, name, value]) => [
      name!,
      value!,
    ]),
  );
  const env = {
    DATA_DIR: join(folder.path, 'public-key'),
    LOG_LEVEL: 'warn',
    JWT_PUBLIC_KEY: keys.JWT_PUBLIC_KEY!,
  };
  await using _server = await RunningServer.start(env);
  const { code, stderr } = await run(['link'], env);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^agent-dashboard: .*JWT_PRIVATE_KEY is missing.*\n$/);
});
