import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AgentConfig, Machine } from './agent-config.ts';
import { CLAUDE_CODE } from './claude-code.ts';
import { CODEX } from './codex.ts';
import { COPILOT_CLI } from './copilot-cli.ts';
import { CURSOR } from './cursor.ts';
import { GEMINI_CLI } from './gemini-cli.ts';
import { OPENCODE } from './opencode.ts';

/** The coding agents that can be connected, by their names. */
export const AGENT_CONFIGS: ReadonlyMap<string, AgentConfig> = new Map(
  [CLAUDE_CODE, CODEX, GEMINI_CLI, COPILOT_CLI, OPENCODE, CURSOR].map((agent) => [agent.name, agent]),
);

/** Returns the agents that are installed: their program is on PATH, or their settings are there. */
export const installedAgents = (machine: Machine): readonly AgentConfig[] =>
  [...AGENT_CONFIGS.values()].filter(
    (agent) => existsSync(agent.folder(machine)) || agent.programs.some((name) => isOnPath(name, machine)),
  );

const isOnPath = (name: string, { env }: Machine): boolean =>
  (env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
