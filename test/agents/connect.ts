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

/** Connects an agent to the dashboard: writes its hooks as docs/hooks.md says. */
export async function connect(agent: 'codex' | 'gemini-cli' | 'copilot-cli', home: string, folder: string) {
  const entries = (events: readonly string[], entry: (event: string) => object) =>
    Object.fromEntries(events.map((event) => [event, [entry(event)]]));
  if (agent === 'copilot-cli') {
    const hooks = entries(COPILOT_EVENTS, () => ({
      type: 'command',
      bash: hookCommand(agent, '--timeout', '600'),
      timeoutSec: 600,
    }));
    return writeConfiguration(join(folder, '.github/hooks/dashboard.json'), { version: 1, hooks });
  }
  const isCodex = agent === 'codex';
  const command = { type: 'command', command: hookCommand(agent), timeout: isCodex ? 600 : 60_000 };
  const hooks = entries(isCodex ? CODEX_EVENTS : GEMINI_EVENTS, (event) => ({
    ...(/Tool|PermissionRequest/.test(event) && { matcher: '*' }),
    hooks: [command],
  }));
  if (isCodex) return writeConfiguration(join(home, '.codex/hooks.json'), { hooks });
  // The play writes the rest of this file, because the hooks have no file of their own.
  return hooks;
}

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
