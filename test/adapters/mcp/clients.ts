import {
  Client as SplitClient,
  StreamableHTTPClientTransport as SplitTransport,
  type VersionNegotiationOptions,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ToolResult } from '../../../src/adapters/mcp/tools/tool-result.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly onprogress?: (progress: { progress: number }) => void;
}

/** An MCP client of one of the two libraries, with the calls that the tests need. */
export interface TestClient extends AsyncDisposable {
  call(name: string, args?: object, options?: CallOptions): Promise<ToolResult>;
  tools(): Promise<{ name: string; inputSchema: object; outputSchema?: object | undefined }[]>;
  listResources(params: { cursor?: string }): Promise<object>;
  readResource(params: { uri: string }): Promise<object>;
  getPrompt(params: { name: string; arguments?: { [name: string]: string } }): Promise<object>;
  /** The id of the client's MCP session; undefined if it has no session. */
  readonly sessionId: string | undefined;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly token?: string;
  readonly clientName?: string;
  readonly headers?: { readonly [name: string]: string };
  /** Sends the client's requests. By default the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A client of one of the official MCP libraries, with one transport and protocol version. */
export interface ClientKind {
  readonly kind: string;
  /** Whether the server keeps an MCP session for such a client. */
  readonly hasSession: boolean;
  connect(url: string, options?: ConnectOptions): Promise<TestClient>;
}

const transportOptions = ({ token = 'ann', headers, fetch }: ConnectOptions) => ({
  requestInit: { headers: { authorization: `Bearer ${token}`, ...headers } },
  ...(fetch !== undefined && { fetch: fetch as FetchLike }),
});

const clientInfo = ({ clientName = 'test-client' }: ConnectOptions) => ({
  name: clientName,
  version: '1.0.0',
});

async function connectSdk(options: ConnectOptions, transport: Transport): Promise<TestClient> {
  const client = new Client(clientInfo(options));
  await client.connect(transport);
  const close = () => client.close();
  return {
    call: async (name, args = {}, callOptions) =>
      (await client.callTool({ name, arguments: { ...args } }, undefined, callOptions)) as ToolResult,
    tools: async () => (await client.listTools()).tools,
    listResources: (params) => client.listResources(params),
    readResource: (params) => client.readResource(params),
    getPrompt: (params) => client.getPrompt(params),
    get sessionId() {
      return transport.sessionId;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function connectSplit(
  url: string,
  options: ConnectOptions,
  versionNegotiation: VersionNegotiationOptions,
): Promise<TestClient> {
  const client = new SplitClient(clientInfo(options), { versionNegotiation });
  const transport = new SplitTransport(new URL(`${url}/mcp`), transportOptions(options));
  await client.connect(transport);
  const close = () => client.close();
  return {
    call: async (name, args = {}, callOptions) =>
      (await client.callTool({ name, arguments: { ...args } }, callOptions)) as ToolResult,
    tools: async () => (await client.listTools()).tools,
    listResources: (params) => client.listResources(params),
    readResource: (params) => client.readResource(params),
    getPrompt: (params) => client.getPrompt(params),
    get sessionId() {
      return transport.sessionId;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export const STREAMABLE: ClientKind = {
  kind: 'sdk 1.x, Streamable HTTP',
  hasSession: true,
  connect: (url, options = {}) =>
    connectSdk(
      options,
      new StreamableHTTPClientTransport(new URL(`${url}/mcp`), transportOptions(options)) as Transport,
    ),
};

export const SSE: ClientKind = {
  kind: 'sdk 1.x, HTTP+SSE',
  hasSession: true,
  connect: (url, options = {}) =>
    connectSdk(options, new SSEClientTransport(new URL(`${url}/sse`), transportOptions(options))),
};

export const AUTO: ClientKind = {
  kind: 'client 2.x, auto',
  hasSession: false,
  connect: (url, options = {}) => connectSplit(url, options, { mode: 'auto' }),
};

export const MODERN: ClientKind = {
  kind: 'client 2.x, pinned to 2026-07-28',
  hasSession: false,
  connect: (url, options = {}) => connectSplit(url, options, { mode: { pin: '2026-07-28' } }),
};

export const LEGACY: ClientKind = {
  kind: 'client 2.x, legacy',
  hasSession: true,
  connect: (url, options = {}) => connectSplit(url, options, { mode: 'legacy' }),
};

export const CLIENTS: readonly ClientKind[] = [STREAMABLE, SSE, AUTO, MODERN, LEGACY];
