import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import {
  type AgentConfig,
  hookCommand,
  inHome,
  isOurGroup,
  type Machine,
  mcpEntry,
  SERVER_NAME,
  sharedFilesNotes,
} from './agent-config.ts';

const NAME = 'gemini-cli';
const TOOL_EVENTS = ['BeforeTool', 'AfterTool'];
const EVENTS = ['SessionStart', 'SessionEnd', 'BeforeAgent', ...TOOL_EVENTS, 'Notification', 'AfterAgent'];

const folderOf = (machine: Machine): string =>
  machine.env.GEMINI_CLI_HOME ? join(machine.env.GEMINI_CLI_HOME, '.gemini') : inHome(machine, '.gemini');

/** Gemini CLI. One file has everything. */
export const GEMINI_CLI: AgentConfig = {
  name: NAME,
  title: 'Gemini CLI',
  programs: ['gemini'],
  hasHooks: true,
  folder: folderOf,
  async plan(wanted, machine) {
    const { project } = wanted;
    const servers = ['mcpServers'];
    return {
      files: [
        jsonSettings({
          path: join(project === null ? folderOf(machine) : join(project, '.gemini'), 'settings.json'),
          additions: [
            { path: [...servers, SERVER_NAME], value: mcpEntry(wanted) },
            ...EVENTS.map((event) => ({
              path: ['hooks', event, null],
              value: {
                ...(TOOL_EVENTS.includes(event) && { matcher: '*' }),
                hooks: [{ name: SERVER_NAME, type: 'command', command: hookCommand(NAME, wanted) }],
              },
            })),
          ],
          containers: [servers, ...EVENTS.map((event) => ['hooks', event])],
          isOurs: (value, key) => (key === null ? isOurGroup(NAME, value) : key === SERVER_NAME),
        }),
      ],
      notes: [
        ...sharedFilesNotes(wanted),
        ...(project === null ? [] : ['Gemini CLI warns of the new hooks once.']),
      ],
    };
  },
};
