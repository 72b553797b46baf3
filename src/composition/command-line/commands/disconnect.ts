import type { Environment } from '../../config/config.ts';
import { revokeKey } from '../../connection/agent-key.ts';
import { agentsNamed, projectFolder } from '../../connection/choose-agents.ts';
import { disconnect, placeOf, planToDisconnect } from '../../connection/connect-agent.ts';
import { connectedAgents, findConnection } from '../../connection/connections.ts';
import { removeCopies } from '../../connection/installed-program.ts';
import type { Connection } from '../../connection-file.ts';
import { type ChangeOptions, isConfirmed, printChanges, printLines } from '../confirm-changes.ts';

/**
 * Takes back what `connect` has changed, and revokes the keys that are then used nowhere.
 * @param names empty: all that are connected.
 * @returns whether everything was taken back.
 * @throws SettingsError before anything is changed.
 */
export async function disconnectAgents(
  env: Environment,
  names: readonly string[],
  options: ChangeOptions,
): Promise<boolean> {
  const agents = agentsNamed(names.length > 0 ? names : await connectedAgents(env));
  const project = await projectFolder(options.project);
  const plans = [];
  for (const agent of agents) {
    const connection = findConnection(agent.name, env);
    if (connection === null || placeOf(connection, project) === undefined) {
      if (names.length > 0)
        printLines([`${agent.title} is not connected${project === null ? '' : ` in ${project}`}.`]);
      continue;
    }
    plans.push({ ...(await planToDisconnect(agent, connection, { env, project })), connection });
  }
  if (plans.length === 0) {
    if (names.length === 0) printLines(['No agent is connected here.']);
    return true;
  }
  for (const { agent, changes } of plans) {
    printLines([`${agent.title}:`]);
    printChanges(changes);
  }
  if (options.dryRun) return true;
  if (!(await isConfirmed('disconnect', options))) return false;
  let isRevoked = true;
  for (const plan of plans) {
    const isLast = await disconnect(plan, env);
    printLines([`${plan.agent.title} is disconnected${project === null ? '' : ` in ${project}`}.`]);
    if (isLast) isRevoked = (await revoke(plan.connection, env)) && isRevoked;
  }
  if ((await connectedAgents(env)).length === 0) await removeCopies(env);
  return isRevoked;
}

/** @returns false if the key could not be revoked. */
async function revoke(connection: Connection, env: Environment): Promise<boolean> {
  try {
    await revokeKey(connection, env);
    return true;
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(
      `agent-dashboard: The API key ${connection.key_id} could not be revoked (${message}). Revoke it on the page, ` +
        'under API keys\n',
    );
    return false;
  }
}
