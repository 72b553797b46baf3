import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AgentConfig } from '../../adapters/agent-config/agents/agent-config.ts';
import { AGENT_CONFIGS } from '../../adapters/agent-config/agents/agents.ts';
import { UsageError } from '../errors.ts';

/**
 * Returns the agents with these names, each once.
 * @throws UsageError if a name is unknown.
 */
export const agentsNamed = (names: readonly string[]): readonly AgentConfig[] =>
  [...new Set(names)].map((name) => {
    const agent = AGENT_CONFIGS.get(name);
    if (agent !== undefined) return agent;
    const known = [...AGENT_CONFIGS.keys()].join(', ');
    throw new UsageError(`There is no agent ${JSON.stringify(name)}. There are: ${known}`);
  });

/**
 * Returns the folder of a project.
 * @param option true: the current folder; undefined: no project.
 * @throws UsageError if there is no such folder.
 */
export async function projectFolder(option: string | true | undefined): Promise<string | null> {
  if (option === undefined) return null;
  const folder = resolve(option === true ? '.' : option);
  return realpath(folder).catch(() => {
    throw new UsageError(`--project: there is no folder ${folder}`);
  });
}
