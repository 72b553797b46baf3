import { join } from 'node:path';
import { installClaudeCode } from './claude-code/play.ts';
import { installGoClient } from './install/go-client.ts';
import { installNodePackage } from './install/node-package.ts';
import { installPythonClient } from './install/python-client.ts';
import type { Command } from './session/client-process.ts';
import { playSession } from './session/play.ts';

/** A client that others wrote. */
export interface ForeignClient {
  readonly name: string;
  /**
   * Installs the client, and returns the function that plays its session.
   * @throws LeftOut if it cannot run on this machine.
   */
  readonly install: () => Promise<PlaySession>;
}

/**
 * Plays the session of a client.
 * @param emptyData the data folder that the server starts with a copy of
 * @throws Error that says what went wrong.
 */
export type PlaySession = (emptyData: string) => Promise<void>;

const SESSIONS = '2025-11-25';
const STATELESS = '2026-07-28';
const MCP_REMOTE = 'mcp-remote/dist/proxy.js';
const INSPECTOR = '@modelcontextprotocol/inspector/clients/launcher/build/index.js';

export const CLIENTS: readonly ForeignClient[] = [
  python('mcp-1', 'mcp_1.py', SESSIONS),
  { ...python('mcp-1', 'mcp_1.py', SESSIONS, { SIGNS_IN: 'true' }), name: 'mcp-1-oauth' },
  python('mcp-2', 'mcp_2.py', STATELESS, { MCP_MODE: 'auto' }),
  { ...python('mcp-2', 'mcp_2.py', SESSIONS, { MCP_MODE: 'legacy' }), name: 'mcp-2-legacy' },
  python('fastmcp', 'fastmcp_client.py', STATELESS),
  python('openai-agents', 'openai_agents.py', STATELESS),
  python('omnara', 'omnara_sdk.py', 'REST'),
  go('go-sdk', STATELESS),
  { ...go('go-sdk', SESSIONS), name: 'go-sdk-legacy' },
  go('mcp-go', STATELESS),
  { ...go('mcp-go', SESSIONS), name: 'mcp-go-legacy' },
  node('mcp-remote', MCP_REMOTE, SESSIONS),
  { ...node('mcp-remote', MCP_REMOTE, SESSIONS, { SIGNS_IN: 'true' }), name: 'mcp-remote-oauth' },
  node('inspector', INSPECTOR, 'one by one'),
  {
    // Without the second variable it signs in on a terminal only.
    ...node('inspector', INSPECTOR, 'one by one', { SIGNS_IN: 'true', MCP_AUTO_OPEN_ENABLED: 'true' }),
    name: 'inspector-oauth',
  },
  { name: 'claude-code', install: installClaudeCode },
];

function python(name: string, script: string, protocol: string, env = {}): ForeignClient {
  return withSession(name, protocol, env, () => installPythonClient(name, script));
}

function go(library: string, revision: string): ForeignClient {
  return withSession(library, revision, { MCP_REVISION: revision }, () => installGoClient(library));
}

/** @param program the client's program in `node_modules`. Our script, which has its name, starts it. */
function node(name: string, program: string, protocol: string, env = {}): ForeignClient {
  return withSession(name, protocol, env, async () => {
    const folder = await installNodePackage(name);
    return {
      program: process.execPath,
      args: [join(import.meta.dirname, `node/${name}.ts`)],
      env: { CLIENT_PROGRAM: join(folder, 'node_modules', program) },
    };
  });
}

function withSession(
  name: string,
  protocol: string,
  env: { readonly [name: string]: string },
  install: () => Promise<Command>,
): ForeignClient {
  return {
    name,
    install: async () => {
      const command = await install();
      return (emptyData) => playSession({ ...command, env: { ...command.env, ...env } }, protocol, emptyData);
    },
  };
}
