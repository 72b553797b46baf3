import { join } from 'node:path';
import { jsonSettings } from '../files/json-settings.ts';
import type { SettingsFile } from '../files/settings-file.ts';
import {
  type AgentConfig,
  hookCommand,
  inHome,
  isOurGroup,
  type Machine,
  mcpEntry,
  SERVER_NAME,
  type Wanted,
} from './agent-config.ts';

const NAME = 'claude-code';
const TOOL_EVENTS = ['PreToolUse', 'PermissionRequest', 'PostToolUse', 'PostToolUseFailure'];
const EVENTS = ['SessionStart', 'SessionEnd', 'UserPromptSubmit', ...TOOL_EVENTS, 'Notification', 'Stop'];
/** These wait for a person. */
const TIMEOUTS = new Map([
  ['PreToolUse', 600],
  ['PermissionRequest', 600],
]);

const folderOf = (machine: Machine): string => machine.env.CLAUDE_CONFIG_DIR || inHome(machine, '.claude');

/** The file in which Claude Code keeps its MCP servers: those of the user, and those of each project. */
const stateFile = (machine: Machine): string =>
  machine.env.CLAUDE_CONFIG_DIR
    ? join(machine.env.CLAUDE_CONFIG_DIR, '.claude.json')
    : inHome(machine, '.claude.json');

/**
 * Claude Code. What belongs to a project is not in files that others share: hooks are in its
 * `settings.local.json`, and the MCP server in the file of the user.
 */
export const CLAUDE_CODE: AgentConfig = {
  name: NAME,
  title: 'Claude Code',
  programs: ['claude'],
  hasHooks: true,
  folder: folderOf,
  async plan(wanted, machine) {
    const { project, permissionTool } = wanted;
    const hooks =
      project === null
        ? join(folderOf(machine), 'settings.json')
        : join(project, '.claude/settings.local.json');
    const servers = project === null ? ['mcpServers'] : ['projects', project, 'mcpServers'];
    return {
      files: [
        hooksFile(hooks, wanted),
        jsonSettings({
          path: stateFile(machine),
          additions: [{ path: [...servers, SERVER_NAME], value: { type: 'stdio', ...mcpEntry(wanted) } }],
          containers: [servers],
          isOurs: (_, key) => key === SERVER_NAME,
        }),
      ],
      notes: permissionTool
        ? [
            `With -p, Claude Code asks you if you start it with --permission-prompt-tool mcp__${SERVER_NAME}__approve.`,
          ]
        : [],
    };
  },
};

const hooksFile = (path: string, wanted: Wanted): SettingsFile =>
  jsonSettings({
    path,
    additions: EVENTS.map((event) => ({
      path: ['hooks', event, null],
      value: {
        ...(TOOL_EVENTS.includes(event) && { matcher: '*' }),
        hooks: [
          {
            type: 'command',
            command: hookCommand(NAME, wanted),
            ...(TIMEOUTS.has(event) && { timeout: TIMEOUTS.get(event) }),
          },
        ],
      },
    })),
    containers: EVENTS.map((event) => ['hooks', event]),
    isOurs: (value) => isOurGroup(NAME, value),
  });
