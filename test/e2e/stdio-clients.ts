import { Client as SplitClient, type VersionNegotiationOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport as SplitTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { ToolResult } from '../../src/adapters/mcp/tools/tool-result.ts';
import type { CallOptions } from '../adapters/mcp/clients.ts';
import { BIN } from '../support/servers/agent-dashboard.ts';

export interface StdioOptions {
  readonly args?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
}

/** An MCP client with `agent-dashboard mcp` as its child process. */
export interface StdioClient extends AsyncDisposable {
  readonly pid: number;
  /** Everything that the process has written to stderr. */
  readonly stderr: () => string;
  call(name: string, args?: object, options?: CallOptions): Promise<ToolResult>;
  tools(): Promise<string[]>;
  close(): Promise<void>;
}

export interface StdioClientKind {
  readonly kind: string;
  start(options?: StdioOptions): Promise<StdioClient>;
}

const CLIENT_INFO = { name: 'test-client', version: '1.0.0' };

const transportParameters = ({ args = [], env = {}, cwd = process.cwd() }: StdioOptions) => ({
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', BIN, 'mcp', ...args],
  env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
  cwd,
  stderr: 'pipe' as const,
});

function testClient(
  client: { close(): Promise<void>; listTools(): Promise<{ tools: { name: string }[] }> },
  { pid, stderr }: Pick<StdioClientTransport, 'pid' | 'stderr'>,
  call: StdioClient['call'],
): StdioClient {
  let stderrText = '';
  stderr?.on('data', (chunk: Buffer) => {
    stderrText += chunk;
  });
  const close = () => client.close();
  return {
    pid: pid!,
    stderr: () => stderrText,
    call,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const SDK: StdioClientKind = {
  kind: 'sdk 1.x',
  async start(options = {}) {
    const client = new Client(CLIENT_INFO);
    const transport = new StdioClientTransport(transportParameters(options));
    await client.connect(transport);
    return testClient(
      client,
      transport,
      async (name, args = {}, callOptions) =>
        (await client.callTool({ name, arguments: { ...args } }, undefined, callOptions)) as ToolResult,
    );
  },
};

const splitClientKind = (kind: string, versionNegotiation: VersionNegotiationOptions): StdioClientKind => ({
  kind,
  async start(options = {}) {
    const client = new SplitClient(CLIENT_INFO, { versionNegotiation });
    const transport = new SplitTransport(transportParameters(options));
    await client.connect(transport);
    return testClient(
      client,
      transport as unknown as StdioClientTransport,
      async (name, args = {}, callOptions) =>
        (await client.callTool({ name, arguments: { ...args } }, callOptions)) as ToolResult,
    );
  },
});

export const STDIO_CLIENTS: readonly StdioClientKind[] = [
  SDK,
  splitClientKind('client 2.x, auto', { mode: 'auto' }),
  splitClientKind('client 2.x, pinned to 2026-07-28', { mode: { pin: '2026-07-28' } }),
  splitClientKind('client 2.x, legacy', { mode: 'legacy' }),
];

/** Starts a client of the kind `SDK`, for tests in which the kind of client does not matter. */
export const startStdio = (options: StdioOptions): Promise<StdioClient> => SDK.start(options);
