import { AGENT_CONFIGS, installedAgents } from '../../../adapters/agent-config/agents/agents.ts';
import type { Environment } from '../../config/config.ts';
import { type ConnectionCheck, checkConnection } from '../../connection/check-connection.ts';
import { machineOf } from '../../connection/connect-agent.ts';
import { connectedAgents, findConnection } from '../../connection/connections.ts';
import { plainJson } from '../../terminal/plain-text.ts';
import { typedCommand } from '../../typed-command.ts';
import { printLines } from '../confirm-changes.ts';

/**
 * Prints which agents are connected, and whether it works. Each is tried as the agent would do it.
 * @returns whether all that are connected work.
 */
export async function printStatus(env: Environment, { json }: { readonly json: boolean }): Promise<boolean> {
  const checks: ConnectionCheck[] = [];
  for (const name of await connectedAgents(env)) {
    const agent = AGENT_CONFIGS.get(name);
    const connection = findConnection(name, env);
    if (agent !== undefined && connection !== null)
      checks.push(await checkConnection(agent, connection, env));
  }
  const connected = new Set(checks.map(({ agent }) => agent));
  const others = installedAgents(machineOf(env)).filter(({ name }) => !connected.has(name));
  if (json) {
    const notConnected = others.map(({ name }) => name);
    process.stdout.write(`${plainJson({ connected: checks, not_connected: notConnected }, 2)}\n`);
  } else {
    for (const check of checks) printLines(linesOf(check));
    for (const { name, title } of others) {
      printLines([`${title}: not connected. To connect it: ${typedCommand(`connect ${name}`)}`]);
    }
    if (checks.length + others.length === 0) printLines(['No coding agent was found on this machine.']);
  }
  return checks.every(({ works }) => works);
}

function linesOf({ title, base_url, places, problems }: ConnectionCheck): readonly string[] {
  const where = places.map((project) => project ?? 'all projects').join(', ');
  const first = `${title}: connected to ${base_url}, for ${where}`;
  return problems.length === 0
    ? [`${first}. It works.`]
    : [`${first}.`, ...problems.map((each) => `  ${each}`)];
}
