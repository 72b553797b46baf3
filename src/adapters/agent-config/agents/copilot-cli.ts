import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import { wholeFile } from '../files/whole-file.ts';
import {
  type AgentConfig,
  hookCommand,
  inHome,
  type Machine,
  mcpEntry,
  SERVER_NAME,
  sharedFilesNotes,
  type Wanted,
} from './agent-config.ts';

const NAME = 'copilot-cli';
const EVENTS = [
  'sessionStart',
  'sessionEnd',
  'userPromptSubmitted',
  'preToolUse',
  'permissionRequest',
  'postToolUse',
  'postToolUseFailure',
  'notification',
  'agentStop',
];
/** Copilot CLI waits for 30 s if it is told nothing else. A person may take longer to decide. */
const TIMEOUTS = new Map([['permissionRequest', 600]]);

const folderOf = (machine: Machine): string => machine.env.COPILOT_HOME || inHome(machine, '.copilot');

/** Copilot CLI. It reads each file in its folder of hooks, so ours are in a file of their own. */
export const COPILOT_CLI: AgentConfig = {
  name: NAME,
  title: 'Copilot CLI',
  programs: ['copilot'],
  hasHooks: true,
  folder: folderOf,
  async plan(wanted, machine) {
    const { project } = wanted;
    const servers = ['mcpServers'];
    const hooks = project === null ? join(folderOf(machine), 'hooks') : join(project, '.github/hooks');
    return {
      files: [
        wholeFile(join(hooks, `${SERVER_NAME}.json`), hooksText(wanted)),
        jsonSettings({
          path:
            project === null ? join(folderOf(machine), 'mcp-config.json') : join(project, '.github/mcp.json'),
          additions: [
            { path: [...servers, SERVER_NAME], value: { type: 'local', ...mcpEntry(wanted), tools: ['*'] } },
          ],
          containers: [servers],
          isOurs: (_, key) => key === SERVER_NAME,
        }),
      ],
      notes: sharedFilesNotes(wanted),
    };
  },
};

function hooksText(wanted: Wanted): string {
  const hooks = EVENTS.map((event) => {
    const timeout = TIMEOUTS.get(event);
    const hook = { type: 'command', bash: hookCommand(NAME, wanted, timeout) };
    return [event, [timeout === undefined ? hook : { ...hook, timeoutSec: timeout }]];
  });
  return `${JSON.stringify({ version: 1, hooks: Object.fromEntries(hooks) }, null, 2)}\n`;
}
