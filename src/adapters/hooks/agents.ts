import type { HookAgent } from './agent-event.ts';
import { CLAUDE_CODE } from './claude-code/claude-code.ts';
import { CODEX } from './codex/codex.ts';
import { COPILOT_CLI } from './copilot-cli/copilot-cli.ts';
import { GEMINI_CLI } from './gemini-cli/gemini-cli.ts';
import { OPENCODE } from './opencode/opencode.ts';

/** The coding agents whose events are understood, by their names in the path of the endpoint. */
export const HOOK_AGENTS: ReadonlyMap<string, HookAgent> = new Map(
  [CLAUDE_CODE, CODEX, GEMINI_CLI, COPILOT_CLI, OPENCODE].map((agent) => [agent.name, agent]),
);
