import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import { wholeFile } from '../files/whole-file.ts';
import {
  type AgentConfig,
  inHome,
  type Machine,
  mcpArguments,
  SERVER_NAME,
  sharedFilesNotes,
  type Wanted,
} from './agent-config.ts';

const folderOf = (machine: Machine): string =>
  machine.env.XDG_CONFIG_HOME
    ? join(machine.env.XDG_CONFIG_HOME, 'opencode')
    : inHome(machine, '.config/opencode');

/** OpenCode. It has plugins instead of hooks. Its file of settings has one of two names. */
export const OPENCODE: AgentConfig = {
  name: 'opencode',
  title: 'OpenCode',
  programs: ['opencode'],
  hasHooks: true,
  folder: folderOf,
  async plan(wanted, machine) {
    const { project, program } = wanted;
    const folder = project ?? folderOf(machine);
    const withComments = join(folder, 'opencode.jsonc');
    const plugins = join(project === null ? folder : join(project, '.opencode'), 'plugins');
    const command = [...program, ...mcpArguments(wanted)];
    return {
      files: [
        wholeFile(join(plugins, `${SERVER_NAME}.js`), pluginText(wanted)),
        jsonSettings({
          path: existsSync(withComments) ? withComments : join(folder, 'opencode.json'),
          additions: [{ path: ['mcp', SERVER_NAME], value: { type: 'local', command, enabled: true } }],
          containers: [['mcp']],
          isOurs: (_, key) => key === SERVER_NAME,
        }),
      ],
      notes: sharedFilesNotes(wanted),
    };
  },
};

/** The plugin itself is in this package, so that it never fits another version. */
function pluginText({ packageFolder, connectionFile, steps }: Wanted): string {
  const file = join(packageFolder, 'plugins/opencode/agent-dashboard.js');
  return `// Added by agent-dashboard connect; agent-dashboard disconnect takes it back.
import { AgentDashboard as plugin } from ${JSON.stringify(file)};

export const AgentDashboard = (opencode) => plugin(opencode, ${JSON.stringify({ connectionFile, steps })});
`;
}
