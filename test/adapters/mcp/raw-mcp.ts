import type { McpServer } from './mcp-server.ts';

export interface RawOptions {
  readonly token?: string;
  readonly sessionId?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

/** Posts any body to `/mcp`, with the headers that an MCP client sends. */
export function post(
  { url }: Pick<McpServer, 'url'>,
  body: unknown,
  { token = 'ann', sessionId, headers, signal }: RawOptions = {},
  path = '/mcp',
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  });
}

/** The garbage collector closes the stream of a response to which nobody refers. */
const openedStreams: Response[] = [];

/** Sends a GET to `/mcp` in a session: opens a stream, or resumes one after `lastEventId`. */
export async function getStream(
  { url }: McpServer,
  sessionId: string,
  { token = 'ann', headers, signal, lastEventId }: RawOptions & { readonly lastEventId?: string } = {},
): Promise<Response> {
  const response = await fetch(`${url}/mcp`, {
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'mcp-session-id': sessionId,
      'mcp-protocol-version': '2025-11-25',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      ...headers,
    },
    ...(signal !== undefined && { signal }),
  });
  openedStreams.push(response);
  return response;
}

/** Reads the id of the next event of a stream. */
export const nextEventId = async (stream: Response): Promise<string> =>
  /^id: (.+)$/m.exec(await readUntil(stream, /^id: .+\n/m))![1]!;

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '0' },
  },
} as const;

/** Opens a session of protocol version 2025-11-25, and returns its id. */
export async function openSession(server: McpServer, options: RawOptions = {}): Promise<string> {
  const response = await post(server, INITIALIZE, options);
  await response.text();
  return response.headers.get('mcp-session-id')!;
}

export const toolCall = (name: string, args: unknown, id: string | number = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** Builds the same call as `toolCall`, but for the stateless protocol version. */
export const statelessCall = (name: string, args: unknown, protocolVersion = '2026-07-28') => ({
  ...toolCall(name, args),
  params: {
    name,
    arguments: args,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': protocolVersion,
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

export const STATELESS_HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };

/** Returns the JSON-RPC messages in a response, which may be JSON or an event stream. */
export async function messagesIn(
  response: Response,
): Promise<{ id?: unknown; result?: unknown; error?: unknown }[]> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/json')) return [JSON.parse(text)];
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data));
}

/** Reads a stream until its text matches `pattern`, or it ends. Returns the text. */
export async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  while (!pattern.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}
