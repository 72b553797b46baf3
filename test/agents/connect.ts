import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BIN } from '../support/servers/agent-dashboard.ts';

/** The command that a hook runs. */
export const hookCommand = (agent: string, ...options: readonly string[]): string =>
  [process.execPath, '--disable-warning=ExperimentalWarning', BIN, 'hook', agent, ...options]
    .map((word) => `'${word}'`)
    .join(' ');

/** Writes a file of an agent's configuration. */
export async function writeConfiguration(path: string, content: object | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

/**
 * Connects an agent to the dashboard: writes its hooks as docs/hooks.md says.
 * @param settings what else is in the same file
 */
export async function connect(
  agent: HookAgentName,
  { home }: { readonly home: string },
  settings: object = {},
) {
  const hooks = (events: readonly string[], entry: (event: string) => object) =>
    Object.fromEntries(events.map((event) => [event, [entry(event)]]));
  switch (agent) {
    case 'codex':
      return writeConfiguration(join(home, '.codex/hooks.json'), {
        ...settings,
        hooks: hooks(CODEX_EVENTS, withMatcher({ command: hookCommand(agent), timeout: 600 })),
      });
    case 'gemini-cli':
      return writeConfiguration(join(home, '.gemini/settings.json'), {
        ...settings,
        hooks: hooks(GEMINI_EVENTS, withMatcher({ command: hookCommand(agent) })),
      });
    case 'copilot-cli':
      return writeConfiguration(join(home, '.copilot/hooks/dashboard.json'), {
        ...settings,
        version: 1,
        hooks: hooks(COPILOT_EVENTS, () => ({
          type: 'command',
          bash: hookCommand(agent, '--timeout', '600'),
          timeoutSec: 600,
        })),
      });
  }
}

type HookAgentName = 'codex' | 'gemini-cli' | 'copilot-cli';

/** The events about tools need a pattern for their names. */
const withMatcher = (handler: object) => (event: string) => ({
  ...(/Tool|PermissionRequest/.test(event) && { matcher: '*' }),
  hooks: [{ type: 'command', ...handler }],
});

const CODEX_EVENTS = [
  ...['SessionStart', 'SessionEnd', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse'],
  ...['PermissionRequest', 'Interrupt', 'Stop'],
];
const GEMINI_EVENTS = [
  ...['SessionStart', 'SessionEnd', 'BeforeAgent', 'AfterAgent', 'BeforeTool', 'AfterTool', 'Notification'],
];
const COPILOT_EVENTS = [
  ...['sessionStart', 'sessionEnd', 'userPromptSubmitted', 'preToolUse', 'postToolUse', 'postToolUseFailure'],
  ...['permissionRequest', 'notification', 'agentStop'],
];
