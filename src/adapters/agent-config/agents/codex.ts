import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import type { SettingsFile } from '../files/settings-file.ts';
import { type TomlAddition, tomlSettings } from '../files/toml-settings.ts';
import { readText } from '../files/write-change.ts';
import {
  type AgentConfig,
  hookCommand,
  inHome,
  isOurGroup,
  type Machine,
  mcpEntry,
  SERVER_NAME,
  sharedFilesNotes,
  type Wanted,
} from './agent-config.ts';
import { hookKeysOf, readHookHashes } from './codex-trust.ts';

const NAME = 'codex';
const TIMEOUT_SECONDS = 600;

/** The events of Codex. Those about tools can be limited to some tools. */
const EVENTS = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'PreToolUse',
  'PermissionRequest',
  'PostToolUse',
  'Interrupt',
  'Stop',
];
const TOOL_EVENTS = new Set(['PreToolUse', 'PermissionRequest', 'PostToolUse']);

const folderOf = (machine: Machine): string => machine.env.CODEX_HOME || inHome(machine, '.codex');

/**
 * Codex. Hooks are in a file of their own, the MCP server in `config.toml`. Codex runs only hooks that the
 * person trusts; for each of them `config.toml` has the hash that the person has accepted. Connecting is to
 * accept ours, so their hashes are written, too. Codex itself says what they are.
 */
export const CODEX: AgentConfig = {
  name: NAME,
  title: 'Codex',
  programs: ['codex'],
  hasHooks: true,
  folder: folderOf,
  async plan(wanted, machine) {
    const { project } = wanted;
    const userFolder = folderOf(machine);
    const folder = project === null ? userFolder : join(project, '.codex');
    const hooks = hooksFile(join(folder, 'hooks.json'), wanted);
    const server = { keys: ['mcp_servers', SERVER_NAME], values: { ...mcpEntry(wanted) } };
    const trusted = await trustedHooks(hooks, wanted, machine);
    const config = (name: string, additions: readonly TomlAddition[]) =>
      tomlSettings(join(name, 'config.toml'), additions);
    return {
      files:
        project === null
          ? [hooks, config(folder, [server, ...trusted])]
          : [hooks, config(folder, [server]), config(userFolder, trusted)],
      notes: notesOf(wanted, trusted),
    };
  },
};

const notesOf = (wanted: Wanted, trusted: readonly TomlAddition[]): readonly string[] => [
  ...sharedFilesNotes(wanted),
  ...(wanted.project === null
    ? []
    : [
        `Codex reads the settings of ${wanted.project} only if you trust this folder. It asks when it starts there.`,
      ]),
  ...(trusted.length === EVENTS.length
    ? []
    : [
        'Codex did not say how it knows these hooks, so it runs none of them before you trust them: type /hooks in Codex.',
      ]),
];

const hooksFile = (path: string, wanted: Wanted): SettingsFile =>
  jsonSettings({
    path,
    additions: EVENTS.map((event) => ({
      path: ['hooks', event, null],
      value: {
        ...(TOOL_EVENTS.has(event) && { matcher: '*' }),
        hooks: [{ type: 'command', command: hookCommand(NAME, wanted), timeout: TIMEOUT_SECONDS }],
      },
    })),
    containers: EVENTS.map((event) => ['hooks', event]),
    isOurs: (value) => isOurGroup(NAME, value),
  });

/**
 * Returns the tables by which Codex knows that the person trusts our hooks. Their keys follow from the place
 * of each hook in the file. Without a hash, Codex asks the person itself.
 */
async function trustedHooks(
  hooks: SettingsFile,
  { purpose }: Wanted,
  machine: Machine,
): Promise<readonly TomlAddition[]> {
  const before = await readText(hooks.path);
  const isOurs = (group: unknown) => isOurGroup(NAME, group);
  if (purpose === 'disconnect') {
    return hookKeysOf(before ?? '', EVENTS, isOurs).map((key) => trustTable(hooks.path, key, ''));
  }
  const after = hooks.add(before === null ? null : hooks.remove(before, hooks.places(before)));
  const hashes = await readHookHashes(after, machine);
  return hookKeysOf(after, EVENTS, isOurs).flatMap((key) => {
    const hash = hashes?.get(key);
    return hash === undefined ? [] : [trustTable(hooks.path, key, hash)];
  });
}

const trustTable = (path: string, key: string, hash: string): TomlAddition => ({
  keys: ['hooks', 'state', `${path}:${key}`],
  values: { trusted_hash: hash },
});
