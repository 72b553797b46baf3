import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readText, removeEmptyFolders, writeChange } from '../../adapters/agent-config/files/write-change.ts';
import type { Environment } from '../config/config.ts';
import { type Connection, configFolder, connectionPath, readConnection } from '../connection-file.ts';

/**
 * Reads the connection of an agent. Returns null if it is not connected.
 * @throws Error if its file cannot be read.
 */
export function findConnection(agent: string, env: Environment): Connection | null {
  const path = connectionPath(agent, env);
  try {
    return readConnection(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}). Remove it, and connect again`);
  }
}

/** Stores a connection for its user only. It has a token. */
export async function saveConnection(connection: Connection, env: Environment): Promise<void> {
  const path = connectionPath(connection.agent, env);
  const before = await readText(path);
  await writeChange({ path, before, after: `${JSON.stringify(connection, null, 2)}\n`, record: null });
}

/** Removes a connection, and what else of its folders is empty. */
export async function removeConnection(agent: string, env: Environment): Promise<void> {
  await rm(connectionPath(agent, env), { force: true });
  const folder = configFolder(env);
  await removeEmptyFolders([folder, join(folder, 'connections')]);
}

/** Returns the names of the connected agents. */
export async function connectedAgents(env: Environment): Promise<readonly string[]> {
  const names = await readdir(join(configFolder(env), 'connections')).catch(() => []);
  return names
    .flatMap((name) => (/^[\w-]+\.json$/.test(name) ? [name.slice(0, -'.json'.length)] : []))
    .toSorted();
}
