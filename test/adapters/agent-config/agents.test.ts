import { describe, expect, test } from 'vitest';
import type { AgentConfig } from '../../../src/adapters/agent-config/agents/agent-config.ts';
import { AGENT_CONFIGS } from '../../../src/adapters/agent-config/agents/agents.ts';
import type { SettingsFile } from '../../../src/adapters/agent-config/files/settings-file.ts';
import { SettingsScene } from './settings-scene.ts';

const agents = [...AGENT_CONFIGS.values()].map((agent) => [agent.name, agent] as const);

/** What a person may have had in each kind of file before. */
const EXISTING: { readonly [kind: string]: (file: SettingsFile) => string } = {
  'other settings': ({ path }) =>
    path.endsWith('.toml')
      ? 'model = "x"\n\n[mcp_servers.other]\ncommand = "other"\n'
      : '{\n  "theme": "dark",\n  "mcpServers": {\n    "other": { "command": "other" }\n  }\n}\n',
  'comments, tabs and trailing commas': ({ path }) =>
    path.endsWith('.toml')
      ? '# mine\nmodel = "x" # good\n[tui]\n# none\n'
      : '{\n\t// mine\n\t"theme": "dark", /* good */\n\t"mcp": {}, // none yet\n\t"mcpServers": {}, // none yet\n}\n',
  "someone else's hooks": ({ path }) =>
    path.endsWith('.toml')
      ? '[hooks.state."/home/ada/other.json:stop:0:0"]\ntrusted_hash = "sha256:1"\n'
      : `{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"say done"}]}],"BeforeTool":[]}, "mcp": {"other": {"type": "local"}}}`,
  'lines of Windows, and no last line end': ({ path }) =>
    path.endsWith('.toml') ? 'model = "x"\r\n[tui]\r\na = 1' : '{\r\n  "theme": "dark"\r\n}',
  'nothing in it': () => '',
};

/** The files that a person may have written. The others are only ours. */
const isShared = ({ path }: SettingsFile): boolean => !/agent-dashboard\.(?:json|js)$/.test(path);

async function sceneWith(agent: AgentConfig, kind: string): Promise<SettingsScene> {
  const scene = await SettingsScene.of(agent);
  if (kind === 'no files') return scene;
  for (const file of await scene.files())
    if (isShared(file)) await scene.write(file.path, EXISTING[kind]!(file));
  return scene;
}

describe.each(agents)('the settings of %s', (name, agent) => {
  test.each(['no files', ...Object.keys(EXISTING)])(
    'with %s get what is ours, and nothing else changes',
    async (kind) => {
      await using scene = await sceneWith(agent, kind);
      const before = await scene.contents();
      await scene.connect();
      const golden = `golden/${name}.${kind.replaceAll(/\W+/g, '-')}.txt`;
      await expect(await scene.contents()).toMatchFileSnapshot(golden);
      expect((await scene.connect()).filter((change) => change.before !== change.after)).toEqual([]);
      await scene.disconnect();
      expect(await scene.contents()).toBe(before);
    },
  );

  test.each(Object.keys(EXISTING))(
    'with %s lose only what is ours if they have changed since',
    async (kind) => {
      await using scene = await sceneWith(agent, kind);
      const shared = (await scene.files()).filter(isShared);
      await scene.connect();
      const later = new Map<string, string>();
      for (const { path } of shared) {
        const text = await scene.read(path);
        const isToml = path.endsWith('.toml');
        // Programs add their own tables at the end, and people new lines at the beginning.
        await scene.write(
          path,
          isToml ? `# later\n${text}\n[later]\na = 1\n` : text.replace('{', '{ "later": true,'),
        );
        const original = EXISTING[kind]!({ path } as SettingsFile) || (isToml ? '' : '{}\n');
        later.set(path, original);
      }
      expect((await scene.connect()).filter((change) => change.before !== change.after)).toEqual([]);
      await scene.disconnect();
      for (const [path, original] of later) {
        const left = await scene.read(path);
        if (path.endsWith('.toml')) {
          expect(left).toBe(
            `# later\n${original}${original.endsWith('\n') || original === '' ? '' : '\r\n'}\n[later]\na = 1\n`,
          );
        } else if (kind === 'nothing in it') {
          expect(JSON.parse(left)).toEqual({ later: true });
        } else {
          expect(withoutSpace(left)).toBe(withoutSpace(original.replace('{', '{ "later": true,')));
        }
      }
    },
  );

  test('that cannot be read are refused with their file and line, and stay as they are', async () => {
    await using scene = await SettingsScene.of(agent);
    const files = (await scene.files()).filter(isShared);
    for (const { path } of files) {
      const broken = path.endsWith('.toml') ? 'a = 1\n[b\n' : '{\n  "a": 1,\n  "b": [\n}\n';
      await scene.write(path, broken);
      const line = path.endsWith('.toml') ? 2 : 4;
      await expect(scene.connect()).rejects.toThrow(`${path}:${line}: it is not valid`);
      expect(await scene.read(path)).toBe(broken);
      await scene.write(path, path.endsWith('.toml') ? '' : '{}');
    }
  });

  test('of a project do not contain a token, and name no file of the home folder but the connection', async () => {
    await using project = await SettingsScene.of(agent);
    await using scene = await SettingsScene.of(agent, {
      project: project.home,
      permissionTool: true,
      steps: 'edits',
    });
    await scene.connect();
    const text = (await scene.contents()).replaceAll(project.home, '/work/shop');
    await expect(text).toMatchFileSnapshot(`golden/${name}.project.txt`);
    await scene.disconnect();
    expect(await scene.contents()).not.toContain('agent dashboard');
  });
});

const withoutSpace = (text: string): string => text.replaceAll(/\s/g, '');
