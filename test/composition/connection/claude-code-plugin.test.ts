import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { AGENT_CONFIGS } from '../../../src/adapters/agent-config/agents/agents.ts';
import { ROOT } from '../../documents/shell-blocks.ts';
import { ConnectScene } from '../command-line/connect-scene.ts';

const PLUGIN = join(ROOT, 'plugins/claude-code');
const readJson = async (...names: readonly string[]) => JSON.parse(await readFile(join(...names), 'utf8'));

interface Hooks {
  readonly hooks: {
    readonly [event: string]: readonly { readonly matcher?: string; readonly hooks: readonly object[] }[];
  };
}

/** Leaves out how the hooks run. */
const shapeOf = ({ hooks }: Hooks) =>
  Object.entries(hooks).map(([event, groups]) => [
    event,
    groups.map(({ matcher, hooks: each }) => [
      matcher,
      each.map((hook) => (hook as { timeout?: number }).timeout),
    ]),
  ]);

async function runScript(scene: ConnectScene, ...args: readonly string[]) {
  const child = spawn('/bin/sh', [join(PLUGIN, 'scripts/agent-dashboard.sh'), ...args], { env: scene.env });
  child.stdin.on('error', () => {}).end('{}');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

test('the plugin has the hooks that connect writes', async () => {
  await using scene = await ConnectScene.start();
  const [settings] = (
    await AGENT_CONFIGS.get('claude-code')!.plan(
      {
        ...{ purpose: 'connect', project: null, permissionTool: false, steps: null },
        ...{ program: ['node', 'bin.js'], packageFolder: '/', connectionFile: '/agent-dashboard.json' },
      },
      scene,
    )
  ).files;
  const written = JSON.parse(settings!.add(null)) as Hooks;
  expect(shapeOf(await readJson(PLUGIN, 'hooks/hooks.json'))).toEqual(shapeOf(written));
});

test('the marketplace leads to the plugin, which has the version of the package', async () => {
  const { plugins } = await readJson(ROOT, '.claude-plugin/marketplace.json');
  expect(plugins).toMatchObject([{ name: 'agent-dashboard', source: './plugins/claude-code' }]);
  const { name, version } = await readJson(PLUGIN, '.claude-plugin/plugin.json');
  expect({ name, version }).toEqual({
    name: 'agent-dashboard',
    version: (await readJson(ROOT, 'package.json')).version,
  });
});

test('a hook of the plugin decides nothing where no program is found', async () => {
  await using scene = await ConnectScene.start();
  expect(await runScript(scene, 'hook', 'claude-code')).toEqual({ stdout: '', stderr: '', code: 0 });
});

test('a hook of the plugin decides nothing where the program fails', async () => {
  await using scene = await ConnectScene.start();
  await scene.write('.config/agent-dashboard/launcher.sh', 'echo broken >&2; exit 2\n');
  expect(await runScript(scene, 'hook', 'claude-code')).toEqual({ stdout: '', stderr: '', code: 0 });
});

test('the MCP server of the plugin says what to do where no program is found', async () => {
  await using scene = await ConnectScene.start();
  const { stderr, code } = await runScript(scene, 'mcp');
  expect({ stderr, code }).toEqual({
    stderr: expect.stringContaining('connect claude-code --key-only'),
    code: 1,
  });
});

test('the plugin runs the program where connect says that it is, with all arguments', async () => {
  await using scene = await ConnectScene.start();
  await scene.write('.config/agent-dashboard/launcher.sh', 'printf "%s\\n" "$@"\n');
  const args = ['hook', 'claude-code', '--connection', 'a b'];
  expect((await runScript(scene, ...args)).stdout).toBe(`${args.join('\n')}\n`);
});
