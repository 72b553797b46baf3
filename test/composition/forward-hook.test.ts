import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { recorded } from '../adapters/hooks/fixtures.ts';
import { HookServer } from '../adapters/hooks/hook-server.ts';
import { listen } from '../adapters/koa/test-server.ts';
import { runGit } from '../support/run-git.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const BIN = fileURLToPath(new URL('../../src/composition/bin.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../bin/agent-dashboard.js', import.meta.url));
const SILENT = { code: 0, stdout: '', stderr: '' };

interface HookRun {
  readonly env?: { readonly [name: string]: string };
  readonly program?: string;
  readonly node?: readonly string[];
}

/** Runs the command as an agent does. */
async function hook(
  args: readonly string[],
  event: string,
  { env = {}, program = BIN, node = [] }: HookRun = {},
) {
  const child = spawn(process.execPath, [...node, program, 'hook', ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  // A program that does not read the event closes the pipe.
  child.stdin.on('error', () => {}).end(event);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

const jsonOf = (name: string) => JSON.stringify(recorded('codex', name, { session_id: 's' }));

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  const port = await listen(server);
  return {
    options: ['codex', '--base-url', `http://127.0.0.1:${port}`, '--api-key', 'ann'],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.each([
  ['the program', BIN],
  ['the launcher of a clone', LAUNCHER],
])('%s', (_, program) => {
  test('passes an event on, and prints the decision of the person', async () => {
    await using hooks = await HookServer.start();
    const env = { AGENT_DASHBOARD_URL: hooks.server.url, AGENT_DASHBOARD_API_KEY: 'ann' };
    const asked = hook(['codex'], jsonOf('PermissionRequest.Bash'), { env, program });
    const { id } = await hooks.question('codex', 's');
    await hooks.answer(id, { values: ['Yes'] });
    const { stdout, ...rest } = await asked;
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    });
  });
});

test('prints nothing where there is nothing to say, and passes on its options', async () => {
  await using hooks = await HookServer.start();
  const options = ['codex', `--base-url=${hooks.server.url}/`, '--api-key', 'ann', '--steps', 'none'];
  expect(await hook(options, jsonOf('SessionStart'))).toEqual(SILENT);
  expect(await hook(options, jsonOf('PostToolUse.Bash'))).toEqual(SILENT);
  expect(await hooks.contents('codex', 's')).toEqual([]);
  expect(await hook([...options, '--timeout', '1'], jsonOf('PermissionRequest.Bash'))).toEqual(SILENT);
});

describe('a connection', () => {
  async function connected(baseUrl: string) {
    const folder = await temporaryFolder();
    const file = join(folder.path, '.config/agent-dashboard/connections/codex.json');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ base_url: baseUrl, token: 'ann' }));
    return { file, env: { HOME: folder.path }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  }

  test('is found by the name of the agent', async () => {
    await using hooks = await HookServer.start();
    await using machine = await connected(hooks.server.url);
    const env = { ...machine.env, AGENT_DASHBOARD_URL: 'http://127.0.0.1:1' };
    expect(await hook(['codex'], jsonOf('SessionStart'), { env })).toEqual(SILENT);
    expect(await hooks.contents('codex', 's')).toEqual([]);
  });

  test('counts more than a token of the environment if it is named', async () => {
    await using hooks = await HookServer.start();
    await using machine = await connected(hooks.server.url);
    const env = { AGENT_DASHBOARD_API_KEY: 'of somebody else', AGENT_DASHBOARD_URL: 'http://127.0.0.1:1' };
    const check = ['codex', '--connection', machine.file, '--check'];
    expect(await hook(check, '', { env })).toEqual(SILENT);
  });

  test('sends its token to its own server only', async () => {
    await using other = await serve((req, res) =>
      res.end(JSON.stringify({ sent: req.headers.authorization })),
    );
    await using machine = await connected('http://127.0.0.1:1');
    const [, , baseUrl] = other.options;
    const { stdout } = await hook(['codex', '--base-url', baseUrl!], '{}', { env: machine.env });
    expect(JSON.parse(stdout)).toEqual({ sent: 'Bearer' });
  });

  test('that does not work is explained with --check', async () => {
    await using machine = await connected('http://127.0.0.1:1');
    expect(await hook(['codex', '--check'], '', { env: machine.env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

test('says with a prompt where the agent runs, and not with each tool', async () => {
  await using folder = await temporaryFolder();
  await runGit(folder.path, 'init', '--quiet', '--initial-branch=café');
  await runGit(folder.path, 'remote', 'add', 'origin', 'https://user:secret@example.com/acme/shop.git');
  await using hooks = await HookServer.start();
  const options = ['codex', '--base-url', hooks.server.url, '--api-key', 'ann'];
  const send = (name: string) =>
    hook(options, JSON.stringify(recorded('codex', name, { session_id: 's', cwd: folder.path })));
  const context = async () => (await hooks.instance('codex', 's'))?.context;
  await send('PostToolUse.Bash');
  expect(await context()).toMatchObject({ repository: null, machine: null });
  await send('UserPromptSubmit');
  expect(await context()).toMatchObject({
    ...{ repository: 'acme/shop', branch: 'café', machine: expect.any(String), model: 'gpt-5.4' },
  });
});

test('with --stay, goes on with what the person writes after the turn', async () => {
  await using hooks = await HookServer.start();
  const options = ['codex', '--base-url', hooks.server.url, '--api-key', 'ann', '--stay', '--steps', 'all'];
  const stopped = hook(options, jsonOf('Stop'));
  while (!(await hooks.contents('codex', 's')).includes('Finished.'));
  await hooks.write('codex', 's', 'use tabs');
  expect(JSON.parse((await stopped).stdout)).toMatchObject({ decision: 'block' });
});

const ANSWER = '{"hookSpecificOutput":{"decision":{"behavior":"allow"}}}';

test.each<[string, RequestListener]>([
  ['answers an error', (_, res) => res.writeHead(500).end(ANSWER)],
  ['answers something else than JSON', (_, res) => res.end('<html>')],
  ['answers a redirect', (_, res) => res.writeHead(302, { location: '/' }).end()],
  ['closes the connection', (req) => req.socket.destroy()],
  ['closes the connection in the middle', (_, res) => res.write(ANSWER, () => res.destroy())],
  ['does not answer', () => {}],
])('prints nothing, and exits with 0, when the server %s', { timeout: 30_000 }, async (_, listener) => {
  await using server = await serve(listener);
  expect(await hook(server.options, jsonOf('PermissionRequest.Bash'))).toEqual(SILENT);
});

test.each<[string, readonly string[], string, HookRun]>([
  ['there is no server', ['codex', '--base-url', 'http://127.0.0.1:1', '--api-key', 'x'], '{}', {}],
  ['the address is none', ['codex', '--base-url', 'nowhere', '--api-key', 'x'], '{}', {}],
  ['the token is no token', ['codex', '--api-key', 'a\nb'], '{}', {}],
  ['there is no token', ['codex'], '{}', {}],
  ['the agent is missing', [], '{}', {}],
  ['an option is unknown', ['codex', '--wrong', '--base-url'], '{}', {}],
  ['the event is too large', ['codex', '--api-key', 'x'], ' '.repeat(3 * 2 ** 20), {}],
  [
    'Node.js is too old',
    ['codex', '--api-key', 'x'],
    '{}',
    {
      node: [
        '--import',
        `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.0.0'})`,
      ],
    },
  ],
])('prints nothing, and exits with 0, when %s', async (_, args, event, options) => {
  const env = { AGENT_DASHBOARD_URL: 'http://127.0.0.1:1' };
  expect(await hook(args, event, { env, ...options })).toEqual(SILENT);
});

test('explains itself with --help', async () => {
  expect(await hook(['--help'], '')).toMatchObject({ code: 0, stdout: expect.stringContaining('--timeout') });
});
