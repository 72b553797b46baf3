import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recorded } from '../../adapters/hooks/fixtures.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { ConnectScene, STAND_IN_CODEX } from './connect-scene.ts';

let folder: TemporaryFolder;
let server: RunningServer;
let env: { readonly [name: string]: string };
beforeAll(async () => {
  folder = await temporaryFolder();
  const DATA_DIR = join(folder.path, 'data');
  server = await RunningServer.start({ DATA_DIR });
  env = { DATA_DIR, MCP_SERVER_PORT: String(server.port) };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Each test has a key with a name of its own, because all use one server. */
const machine = () => ConnectScene.start(env);
const validKeys = async (scene: ConnectScene, id?: string) =>
  (await scene.keys()).filter((key) => key.revoked_at === null && (id === undefined || key.id === id));

interface Stored {
  readonly key_id: string;
  readonly token: string;
}
const stored = (scene: ConnectScene, agent = 'codex') =>
  scene.readJson<Stored>('.config/agent-dashboard/connections', `${agent}.json`);

describe('connect', () => {
  test('only shows the change with --dry-run', async () => {
    await using scene = await machine();
    const before = (await scene.keys()).length;
    const { code, stdout } = await scene.run('connect', 'codex', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(`+++ ${scene.path('.codex/hooks.json')}`);
    expect(stdout).toContain(`Makes the API key "${hostname()} / codex" of the user local.`);
    expect(await readdir(scene.home)).toEqual([]);
    expect(await scene.keys()).toHaveLength(before);
  });

  test('changes nothing without --yes where nobody can be asked', async () => {
    await using scene = await machine();
    const { code, stderr } = await scene.run('connect', 'codex');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('needs --yes') });
    expect(await readdir(scene.home)).toEqual([]);
  });

  test('makes a key for this machine and agent, which only the file of the connection has', async () => {
    await using scene = await machine();
    expect(await scene.run('connect', 'codex', '--yes')).toMatchObject({ code: 0, stderr: '' });
    const { key_id, token } = await stored(scene);
    const [key] = await validKeys(scene, key_id);
    expect(key).toMatchObject({ name: `${hostname()} / codex`, scope: 'agent' });
    const path = scene.path('.config/agent-dashboard/connections/codex.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
    for (const file of ['hooks.json', 'config.toml'])
      expect(await scene.read('.codex', file)).not.toContain(token);
  });

  test('changes nothing the second time, and uses the same key', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const before = [await scene.read('.codex/hooks.json'), await stored(scene)];
    const { stdout } = await scene.run('connect', 'codex');
    expect(stdout).toContain('Codex is connected already.');
    expect([await scene.read('.codex/hooks.json'), await stored(scene)]).toEqual(before);
  });

  test('makes a new key for one that was revoked', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const { key_id } = await stored(scene);
    await scene.run('token', 'revoke', key_id);
    // The server refuses it a moment later.
    await expect.poll(() => scene.run('status'), { timeout: 60_000 }).toMatchObject({ code: 1 });
    expect((await scene.run('status')).stdout).toContain('does not accept its API key any more');
    await scene.run('connect', 'codex', '--yes');
    expect((await stored(scene)).key_id).not.toBe(key_id);
    expect(await scene.run('status')).toMatchObject({ code: 0 });
  });

  test('finds the agents that are installed, by their program or their folder', async () => {
    await using scene = await machine();
    await scene.install('gemini', '');
    await mkdir(scene.path('.cursor'));
    const { stdout } = await scene.run('connect', '--dry-run');
    expect(stdout.match(/^[A-Z][\w ]+:$/gm)).toEqual(['Gemini CLI:', 'Cursor:']);
  });

  test('refuses a file that it cannot read, with its line, before it changes anything', async () => {
    await using scene = await machine();
    await scene.write('.codex/config.toml', 'a = 1\nb = \n');
    const { code, stderr } = await scene.run('connect', 'gemini-cli', 'codex', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain(`${scene.path('.codex/config.toml')}:2: it is not valid TOML`);
    expect(await readdir(scene.home)).toEqual(['.codex']);
  });

  test('only makes the key with --key-only, and takes back what was there before', async () => {
    await using scene = await machine();
    await scene.run('connect', 'claude-code', '--yes');
    const { key_id } = await stored(scene, 'claude-code');
    expect(await scene.run('connect', 'claude-code', '--key-only', '--yes')).toMatchObject({ code: 0 });
    expect(await readdir(scene.home)).toEqual(['.config']);
    expect((await stored(scene, 'claude-code')).key_id).toBe(key_id);
    expect(await scene.read('.config/agent-dashboard/launcher.sh')).toContain(`exec ${process.execPath} `);
    expect(await scene.run('status')).toMatchObject({ code: 0 });
    await scene.run('connect', 'claude-code', '--yes');
    expect(await readdir(scene.path('.config/agent-dashboard'))).toEqual(['connections']);
    await scene.run('disconnect', '--yes');
    expect(await readdir(scene.path('.config'))).toEqual([]);
  });

  test.each([
    [['connect', 'nobody'], 2, 'There is no agent "nobody"'],
    [['connect', 'codex', '--project', '/not/there'], 2, 'there is no folder /not/there'],
    [['connect', 'codex', '--remote', 'nowhere'], 2, 'It should be an address'],
    [['connect'], 1, 'No coding agent was found'],
  ])('says what is wrong (%s)', async (args, code, message) => {
    await using scene = await machine();
    expect(await scene.run(...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  test('needs the data folder of a server, or --remote', async () => {
    await using scene = await ConnectScene.start({ DATA_DIR: join(folder.path, 'no-data') });
    const { code, stderr } = await scene.run('connect', 'codex', '--yes');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('--remote') });
  });

  test('tells Codex that its hooks are trusted, as Codex knows them', async () => {
    await using scene = await machine();
    await scene.write(
      '.codex/hooks.json',
      '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "mine"}]}]}}',
    );
    await scene.install('codex', STAND_IN_CODEX);
    await scene.run('connect', 'codex', '--yes');
    const config = await scene.read('.codex/config.toml');
    expect(config.match(/trusted_hash = "sha256:[0-9a-f]{64}"/g)).toHaveLength(8);
    // The hook that was there before is not trusted for the person.
    expect(config).toContain(`[hooks.state."${scene.path('.codex/hooks.json')}:stop:1:0"]`);
    expect(config).not.toContain(':stop:0:0');
  });

  test('says what to do if Codex does not answer', async () => {
    await using scene = await machine();
    expect((await scene.run('connect', 'codex', '--yes')).stdout).toContain('type /hooks in Codex');
  });
});

describe('disconnect', () => {
  test('takes back all, byte for byte, and revokes the key', async () => {
    await using scene = await machine();
    await scene.install('codex', STAND_IN_CODEX);
    await scene.write('.codex/config.toml', '# mine\nmodel = "x"');
    await scene.run('connect', 'codex', 'gemini-cli', '--yes');
    const { key_id } = await stored(scene);
    const { code, stdout } = await scene.run('disconnect', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('Codex is disconnected.');
    expect(await readdir(scene.home)).toEqual(['.codex', '.config']);
    expect(await readdir(scene.path('.codex'))).toEqual(['config.toml']);
    expect(await readdir(scene.path('.config'))).toEqual([]);
    expect(await scene.read('.codex/config.toml')).toBe('# mine\nmodel = "x"');
    expect(await validKeys(scene, key_id)).toEqual([]);
  });

  test('keeps the key while another place uses it', async () => {
    await using scene = await machine();
    const project = scene.path('shop');
    await mkdir(project);
    await scene.run('connect', 'codex', '--yes');
    const { key_id } = await stored(scene);
    await scene.run('connect', 'codex', '--project', project, '--yes');
    expect((await stored(scene)).key_id).toBe(key_id);
    await scene.run('disconnect', 'codex', '--yes');
    expect(await validKeys(scene, key_id)).toHaveLength(1);
    expect(await scene.read('shop/.codex/hooks.json')).toContain('hook codex');
    await scene.run('disconnect', 'codex', '--project', project, '--yes');
    expect(await validKeys(scene, key_id)).toEqual([]);
    expect(await readdir(project)).toEqual([]);
  });

  test('changes nothing with --dry-run, and says if there is nothing to do', async () => {
    await using scene = await machine();
    expect((await scene.run('disconnect', 'codex')).stdout).toContain('Codex is not connected.');
    await scene.run('connect', 'codex', '--yes');
    const before = await scene.read('.codex/hooks.json');
    expect((await scene.run('disconnect', '--dry-run')).stdout).toContain('--- ');
    expect(await scene.read('.codex/hooks.json')).toBe(before);
  });

  test('says so if the key cannot be revoked', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const path = '.config/agent-dashboard/connections/codex.json';
    await scene.write(path, (await scene.read(path)).replace(env.DATA_DIR!, '/not/there'));
    const { code, stderr } = await scene.run('disconnect', '--yes');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/could not be revoked.*under API keys/),
    });
  });
});

describe('status', () => {
  test('tries the hook and the MCP server, and says what is outdated', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    expect(await scene.run('status')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Codex: connected to \S+, for all projects\. It works\.\n/),
    });
    const hooks = await scene.read('.codex/hooks.json');
    await scene.write('.codex/hooks.json', hooks.replace('hook codex', 'hook codex --steps none'));
    const { code, stdout } = await scene.run('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).connected).toMatchObject([
      {
        agent: 'codex',
        works: false,
        problems: [expect.stringContaining('hooks.json is not as this version')],
      },
    ]);
  });

  test('says that the program is gone', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const path = '.config/agent-dashboard/connections/codex.json';
    await scene.write(path, (await scene.read(path)).replace(process.execPath, '/not/there/node'));
    expect((await scene.run('status')).stdout).toContain('/not/there/node is gone.');
  });

  test('says that no server answers', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const path = '.config/agent-dashboard/connections/codex.json';
    await scene.write(path, (await scene.read(path)).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
    expect((await scene.run('status')).stdout).toContain('No server answers at http://127.0.0.1:1');
  });
});

describe('the command that is written as a hook', () => {
  interface Hooks {
    readonly hooks: { readonly [event: string]: readonly { hooks: readonly { command: string }[] }[] };
  }
  const commandOf = async (scene: ConnectScene) =>
    (await scene.readJson<Hooks>('.codex/hooks.json')).hooks.SessionStart![0]!.hooks[0]!.command;

  /** Runs it as an agent does, in an environment that has nothing of ours. */
  async function runHook(command: string, event: object) {
    const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH } });
    child.stdin.on('error', () => {}).end(JSON.stringify(event));
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { stdout, code };
  }

  test('reports to the server with the key of the connection', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const event = recorded('codex', 'SessionStart', { session_id: 'a-session-of-connect' });
    expect(await runHook(await commandOf(scene), event)).toEqual({ stdout: '', code: 0 });
    const response = await server.call('GET', '/agent-instances', { token: server.dashboardToken });
    expect(await response.text()).toContain('"codex"');
  });

  test('decides nothing when the program or the connection is gone', async () => {
    await using scene = await machine();
    await scene.run('connect', 'codex', '--yes');
    const command = await commandOf(scene);
    const event = recorded('codex', 'PermissionRequest.Bash', { session_id: 's' });
    const gone = command.replace(process.execPath, '/not/there/node');
    expect(await runHook(gone, event)).toEqual({ stdout: '', code: 0 });
    await rm(scene.path('.config'), { recursive: true });
    expect(await runHook(command, event)).toEqual({ stdout: '', code: 0 });
  });
});
