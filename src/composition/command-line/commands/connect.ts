import { resolve } from 'node:path';
import { installedAgents } from '../../../adapters/agent-config/agents/agents.ts';
import type { UserId } from '../../../domain/ids.ts';
import { type Environment, readConfig } from '../../config/config.ts';
import { makeLocalKey, revokeKey, stateOfToken } from '../../connection/agent-key.ts';
import { agentsNamed, projectFolder } from '../../connection/choose-agents.ts';
import { type ConnectionPlan, connect, machineOf, planToConnect } from '../../connection/connect-agent.ts';
import { findConnection } from '../../connection/connections.ts';
import { type AgentKey, keyName } from '../../connection/key-names.ts';
import { type PairingRequest, pairWith } from '../../connection/pairing.ts';
import type { Connection } from '../../connection-file.ts';
import { UsageError } from '../../errors.ts';
import { requireIssuer } from '../../operator/open-operator.ts';
import { typedCommand } from '../../typed-command.ts';
import { type ChangeOptions, isConfirmed, printChanges, printLines } from '../confirm-changes.ts';

export interface ConnectOptions extends ChangeOptions {
  readonly keyOnly?: boolean;
  readonly permissionTool?: boolean;
  readonly steps?: string;
  readonly remote?: string;
  readonly user: UserId;
}

/** A plan, and the key that can be used again. */
interface Prepared extends ConnectionPlan {
  readonly key: AgentKey | null;
}

/**
 * Connects coding agents of this machine. Shows all changes first.
 * @param names empty: all that are installed.
 * @returns whether they are connected.
 * @throws SettingsError before anything is changed.
 */
export async function connectAgents(
  env: Environment,
  names: readonly string[],
  options: ConnectOptions,
): Promise<boolean> {
  const agents = names.length > 0 ? agentsNamed(names) : installedAgents(machineOf(env));
  if (agents.length === 0) {
    throw new Error(
      'No coding agent was found on this machine. Name one, to connect it before it is installed',
    );
  }
  if (options.remote === undefined) requireIssuer(readConfig(env), 'name the server with --remote');
  const project = await projectFolder(options.project);
  const { keyOnly = false, permissionTool = false, steps = null } = options;
  if (keyOnly && names.length === 0) throw new UsageError('--key-only needs the name of the agent');
  const prepared: Prepared[] = [];
  for (const agent of agents) {
    const connection = findConnection(agent.name, env);
    const plan = await planToConnect(agent, connection, {
      env,
      options: { project, keyOnly, permissionTool, steps },
    });
    prepared.push({ ...plan, key: await reusableKey(connection, env, options) });
  }
  const open = prepared.filter(hasToChange);
  for (const { agent, notes } of prepared.filter((plan) => !hasToChange(plan))) {
    printLines([`${agent.title} is connected already.`, ...notes]);
  }
  if (open.length === 0) return true;
  for (const plan of open) show(plan, options);
  if (options.dryRun) return true;
  if (!(await isConfirmed('connect', options))) return false;
  for (const plan of open) await carryOut(plan, env, options);
  return true;
}

const hasToChange = ({ changes, key, connection, program }: Prepared): boolean =>
  key === null ||
  connection === null ||
  connection.program.join('\0') !== program.program.join('\0') ||
  changes.some(({ before, after }) => before !== after);

function show({ agent, changes, key, program, notes }: Prepared, { remote, user }: ConnectOptions): void {
  printLines([`${agent.title}:`]);
  printChanges(changes);
  if (program.copy !== null)
    printLines([`Copies this program to ${program.copy.to}: npx keeps it only for a while.`]);
  if (key === null) {
    const where = remote === undefined ? `of the user ${user}` : `at ${remote}`;
    printLines([`Makes the API key ${JSON.stringify(keyName(agent.name))} ${where}.`]);
  }
  printLines(notes);
}

/** Returns the key of a connection if it works at the server that is asked for. */
async function reusableKey(
  connection: Connection | null,
  env: Environment,
  { remote }: ConnectOptions,
): Promise<AgentKey | null> {
  if (connection === null) return null;
  const isSameServer =
    remote === undefined
      ? connection.data_dir === resolve(readConfig(env).dataDir)
      : connection.data_dir === null && connection.base_url === remote;
  if (!isSameServer || (await stateOfToken(connection)) === 'refused') return null;
  const { base_url, token, key_id, data_dir, grant } = connection;
  return { base_url, token, key_id, data_dir, grant };
}

async function carryOut(plan: Prepared, env: Environment, { remote, user }: ConnectOptions): Promise<void> {
  const { agent, connection } = plan;
  const makeKey = () =>
    remote === undefined ? makeLocalKey(env, agent.name, user) : pairWith(remote, agent.name, showCode);
  const key = plan.key ?? (await makeKey());
  await connect(plan, key, env);
  if (connection !== null && connection.key_id !== key.key_id) {
    // It may have been revoked, or its server may be gone.
    await revokeKey(connection, env).catch(() => {});
  }
  printLines([
    `${agent.title} is connected to ${key.base_url}. To see whether it works: ${typedCommand('status')}`,
  ]);
}

const showCode = ({ url, code }: PairingRequest): void =>
  printLines(['', `To allow it, open ${url}`, `The page shows the code ${code}. Waiting for you …`]);
