import { messagesIn, STATELESS_HEADERS, statelessCall } from '../../adapters/mcp/raw-mcp.ts';

interface ToolCall {
  readonly port: number;
  readonly token: string;
  readonly tool: string;
  readonly args: object;
  readonly signal?: AbortSignal | null;
}

/** What a tool returned, or what came instead. */
export type ToolReply<Result> = { readonly result: Result } | { readonly failure: string };

/** Calls a tool of a server once, over MCP without a session. */
export async function callTool<Result>({
  port,
  token,
  tool,
  args,
  signal = null,
}: ToolCall): Promise<ToolReply<Result>> {
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...STATELESS_HEADERS,
      'mcp-name': tool,
    },
    body: JSON.stringify(statelessCall(tool, args)),
    signal,
  });
  const messages = await messagesIn(response);
  const result = messages.find((message) => message.result !== undefined)?.result;
  const { structuredContent } = (result ?? {}) as { structuredContent?: Result };
  return structuredContent === undefined
    ? { failure: `${response.status} ${JSON.stringify(messages)}` }
    : { result: structuredContent };
}
