import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { FileRecord } from '../adapters/agent-config/files/file-change.ts';
import type { Environment } from './config/config.ts';

/**
 * How a coding agent of this machine reaches its server. The file is readable by its user only. It has no
 * library as its reader, because an agent waits for the command `hook`.
 */
export interface Connection {
  readonly agent: string;
  readonly base_url: string;
  readonly token: string;
  /** The id of the API key. */
  readonly key_id: string;
  /** What gives the access back that a server elsewhere has granted; null: the server is on this machine. */
  readonly grant: { readonly client_id: string; readonly refresh_token: string } | null;
  /** The data folder of the server on this machine that made the key; null: the server is elsewhere. */
  readonly data_dir: string | null;
  /** The program that is in the settings of the agent, with its first arguments. */
  readonly program: readonly string[];
  readonly places: readonly Place[];
}

/** Where settings of the agent were changed. */
export interface Place {
  /** The folder of the project; null: the settings of the user. */
  readonly project: string | null;
  /** Whether the agent has its hooks and its MCP server from a plugin, and only needs the key. */
  readonly key_only: boolean;
  readonly permission_tool: boolean;
  readonly steps: string | null;
  readonly files: readonly FileRecord[];
}

/** Returns the user's home folder. */
export const homeOf = (env: Environment): string => env.HOME || homedir();

/** Returns the folder of this program for settings of the user (XDG Base Directory). */
export function configFolder(env: Environment): string {
  const { XDG_CONFIG_HOME: given = '' } = env;
  return join(isAbsolute(given) ? given : join(homeOf(env), '.config'), 'agent-dashboard');
}

/**
 * Returns the file of a connection.
 * @param nameOrPath the name of the agent, or the path of the file.
 */
export const connectionPath = (nameOrPath: string, env: Environment): string =>
  nameOrPath.includes('/')
    ? nameOrPath
    : join(configFolder(env), 'connections', `${encodeURIComponent(nameOrPath)}.json`);

/**
 * Reads a connection. Returns null if there is no such file.
 * @throws Error if the file is no connection.
 */
export function readConnection(path: string): Connection | null {
  if (!existsSync(path)) return null;
  const connection = JSON.parse(readFileSync(path, 'utf8')) as Connection;
  if (typeof connection.base_url === 'string' && typeof connection.token === 'string') return connection;
  throw new Error(`${path} is not a connection`);
}
