import type { McpServer } from '../mcp-server.ts';
import { post, type RawOptions } from '../raw-mcp.ts';

const REVISION = '2026-07-28';

/** What a client declares in each request that knows tasks. */
export const DECLARES_TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

export interface RawTaskOptions extends RawOptions {
  readonly capabilities?: object;
  readonly id?: unknown;
  /** What the request says about itself instead of the usual. */
  readonly meta?: { readonly [key: string]: unknown };
}

/** Sends a request of the stateless protocol version as a client that knows tasks. */
export function send(
  server: Pick<McpServer, 'url'>,
  method: string,
  params: { readonly [name: string]: unknown },
  { capabilities = DECLARES_TASKS, id = 1, meta, headers, ...options }: RawTaskOptions = {},
): Promise<Response> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': REVISION,
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...meta,
  };
  const name = params.taskId ?? params.name;
  return post(
    server,
    { jsonrpc: '2.0', id, method, params: { ...params, _meta } },
    {
      ...options,
      headers: {
        'mcp-protocol-version': REVISION,
        'mcp-method': method,
        ...(typeof name === 'string' && { 'mcp-name': name }),
        ...headers,
      },
    },
  );
}
