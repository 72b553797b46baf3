import { join } from 'node:path';
import type { SettingsFile } from '../files/settings-file.ts';

/** Where the settings of coding agents are on this machine. */
export interface Machine {
  readonly home: string;
  readonly env: { readonly [name: string]: string | undefined };
}

/** What is put into the settings of an agent. */
export interface Wanted {
  readonly purpose: 'connect' | 'disconnect';
  /** The folder of the project; null: the settings of the user, for all projects. */
  readonly project: string | null;
  /** The program and the arguments that run this command line, with absolute paths. */
  readonly program: readonly string[];
  /** The file with the address of the server and the token. Only this user can read it. */
  readonly connectionFile: string;
  /** The folder of this package. */
  readonly packageFolder: string;
  readonly permissionTool: boolean;
  /** Which uses of tools become steps; null: the usual ones. */
  readonly steps: string | null;
}

export interface AgentPlan {
  readonly files: readonly SettingsFile[];
  /** What the person has to know or to do. */
  readonly notes: readonly string[];
}

/** A coding agent, and how its settings have to be for the dashboard. */
export interface AgentConfig {
  readonly name: string;
  readonly title: string;
  /** The names of its program. */
  readonly programs: readonly string[];
  /** Whether it has hooks. */
  readonly hasHooks: boolean;
  /** The folder of the user's settings. */
  folder(machine: Machine): string;
  /** Says what its files have to contain. Changes nothing. */
  plan(wanted: Wanted, machine: Machine): Promise<AgentPlan>;
}

/** The name of the MCP server in the settings of all agents. */
export const SERVER_NAME = 'agent-dashboard';

/** Returns what comes after the name of the program to run its MCP server. */
export const mcpArguments = ({ connectionFile, permissionTool }: Wanted): readonly string[] => [
  'mcp',
  '--connection',
  connectionFile,
  ...(permissionTool ? ['--permission-tool'] : []),
];

/** Returns the MCP server in the form that most agents have. */
export function mcpEntry(wanted: Wanted): { readonly command: string; readonly args: readonly string[] } {
  const [command = '', ...args] = [...wanted.program, ...mcpArguments(wanted)];
  return { command, args };
}

/**
 * Returns the command of a hook, for a shell. It succeeds although the program may be gone: some agents take
 * a failure for a no.
 */
export function hookCommand(
  agent: string,
  { program, connectionFile, steps }: Wanted,
  timeout?: number,
): string {
  const args = [...program, 'hook', agent, '--connection', connectionFile];
  if (steps !== null) args.push('--steps', steps);
  if (timeout !== undefined) args.push('--timeout', String(timeout));
  return `${args.map(shellQuoted).join(' ')} || true`;
}

/** Returns a text as one word of a shell. */
export const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Says whether a hook sends events to a dashboard, also one that a person has written by hand. */
export function isOurHook(agent: string, value: unknown): boolean {
  const { command, bash, url } = (value ?? {}) as { readonly [name: string]: unknown };
  return (
    [command, bash].some((text) => typeof text === 'string' && isHookCommand(text, agent)) ||
    isHookUrl(url, agent)
  );
}

const isHookCommand = (text: string, agent: string): boolean =>
  text.includes('agent-dashboard') && new RegExp(`\\bhook ['"]?${agent}(?![\\w-])`).test(text);

const isHookUrl = (url: unknown, agent: string): boolean =>
  typeof url === 'string' && new RegExp(`/api/v1/hooks/${agent}(?![\\w-])`).test(url);

/** A group of hooks in the form that Claude Code has invented: all of its hooks are for the same events. */
export const isOurGroup = (agent: string, value: unknown): boolean => {
  const { hooks } = (value ?? {}) as { readonly hooks?: unknown };
  return Array.isArray(hooks) && hooks.length > 0 && hooks.every((hook) => isOurHook(agent, hook));
};

export const inHome = ({ home }: Machine, ...names: readonly string[]): string => join(home, ...names);

/** What a person has to know of files in a project. */
export const sharedFilesNotes = ({ project }: Wanted): readonly string[] =>
  project === null
    ? []
    : [`The files in ${project} name programs of this machine. Do not commit them where others use them.`];
