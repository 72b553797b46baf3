import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { AgentConfig } from '../../adapters/agent-config/agents/agent-config.ts';
import type { Environment } from '../config/config.ts';
import { type Connection, connectionPath } from '../connection-file.ts';
import { typedCommand } from '../typed-command.ts';
import { stateOfToken } from './agent-key.ts';
import { planToConnect } from './connect-agent.ts';

/** Whether the connection of an agent works, as `status --json` shows it. */
export interface ConnectionCheck {
  readonly agent: string;
  readonly title: string;
  readonly base_url: string;
  /** The folders of projects; null: the settings of the user. */
  readonly places: readonly (string | null)[];
  readonly works: boolean;
  /** What does not work or is outdated, in words. */
  readonly problems: readonly string[];
}

/** How long each of the two programs may take. */
const TIMEOUT_MS = 30_000;

/** Tries a connection as the agent uses it: sends an event by its hook command, and starts its MCP server. */
export async function checkConnection(
  agent: AgentConfig,
  connection: Connection,
  env: Environment,
): Promise<ConnectionCheck> {
  const { base_url, places } = connection;
  const problems = [
    ...(await problemsOfFiles(agent, connection, env)),
    ...(await problemsOfKey(connection, agent.name)),
  ];
  const gone = connection.program.find((path) => !existsSync(path));
  if (gone !== undefined) problems.push(`${gone} is gone. ${again(agent.name)}`);
  if (problems.length === 0) problems.push(...(await problemsOfPrograms(agent, connection, env)));
  const folders = places.map(({ project }) => project);
  const facts = { agent: agent.name, title: agent.title, base_url, places: folders };
  return { ...facts, works: problems.length === 0, problems };
}

const again = (agent: string): string => `To write it again: ${typedCommand(`connect ${agent}`)}`;

async function problemsOfFiles(
  agent: AgentConfig,
  connection: Connection,
  env: Environment,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const place of connection.places) {
    const { project, key_only: keyOnly, permission_tool: permissionTool, steps } = place;
    try {
      const { changes } = await planToConnect(agent, connection, {
        env,
        options: { project, keyOnly, permissionTool, steps },
      });
      const outdated = changes.filter(({ before, after }) => before !== after);
      problems.push(
        ...outdated.map(({ path }) => `${path} is not as this version would write it. ${again(agent.name)}`),
      );
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return problems;
}

async function problemsOfKey(connection: Connection, agent: string): Promise<readonly string[]> {
  switch (await stateOfToken(connection)) {
    case 'accepted':
      return [];
    case 'refused':
      return [`The server does not accept its API key any more. ${again(agent)}`];
    case 'unreachable':
      return [`No server answers at ${connection.base_url}. The agent works as if it was not connected`];
  }
}

async function problemsOfPrograms(
  { name, hasHooks }: AgentConfig,
  { program }: Connection,
  env: Environment,
): Promise<readonly string[]> {
  const file = connectionPath(name, env);
  const [command = '', ...args] = program;
  const problems: string[] = [];
  if (hasHooks) {
    const hook = start(command, [...args, 'hook', name, '--connection', file, '--check'], env);
    hook.stdin.end();
    const [complaint, [code]] = await Promise.all([text(hook.stderr), once(hook, 'close')]);
    if (code !== 0) problems.push(`The hook command fails: ${complaint.trim()}`);
  }
  const tools = await toolsOf(start(command, [...args, 'mcp', '--connection', file], env));
  if (!tools.includes('ask_question')) problems.push('The MCP server does not start, or has no tools');
  return problems;
}

/** Returns the names of the tools of an MCP server; an empty list if it does not work. */
async function toolsOf(server: ReturnType<typeof start>): Promise<readonly string[]> {
  const closed = once(server, 'close');
  const send = (message: object): void =>
    void server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'agent-dashboard-status', version: '1' };
  send({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/list' });
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const { id, result } = JSON.parse(line) as { id?: number; result?: { tools: { name: string }[] } };
      if (id === 2) return result?.tools.map(({ name }) => name) ?? [];
    }
    return [];
  } catch {
    return [];
  } finally {
    server.stdin.end();
    await closed.catch(() => {});
  }
}

function start(command: string, args: readonly string[], env: Environment) {
  const child = spawn(command, args, { env, stdio: 'pipe', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  // A program that has ended reads nothing any more.
  child.stdin.on('error', () => {});
  return child;
}
