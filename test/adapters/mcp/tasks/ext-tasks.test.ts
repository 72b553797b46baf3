import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { McpServer } from '../mcp-server.ts';

let server: McpServer;
beforeEach(async () => {
  server = await McpServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const PROTOCOL_VERSION = '2026-07-28';
const clientInfo = { name: 'ext-tasks', version: '1.0.0' };
const clientCapabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const authorization = 'Bearer ann';

interface Sent {
  readonly method: string;
  readonly params?: { readonly name?: string; readonly taskId?: string };
}

/** Sends a request as the library has made it: the client of the SDK refuses results that are tasks. */
async function rawDispatch(request: unknown): Promise<never> {
  const { method, params } = request as Sent;
  const name = params?.taskId ?? params?.name;
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      authorization,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': PROTOCOL_VERSION,
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: crypto.randomUUID(), ...(request as object) }),
  });
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return JSON.parse(data) as never;
}

test('the client for tasks of the protocol asks, polls and gets the answer', async () => {
  const client = new Client(clientInfo, {
    capabilities: clientCapabilities,
    versionNegotiation: { mode: { pin: PROTOCOL_VERSION } },
  });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization } },
    }),
  );
  const session = createTaskSessionFromClient(client, {
    endpointId: 'agent-dashboard',
    rawDispatch,
    v2RequestFraming: { protocolVersion: PROTOCOL_VERSION, clientInfo, clientCapabilities },
  });
  try {
    const execution = await session.callTool('ask_question', { question_text: 'Which port?' });
    expect(execution.kind).toBe('task');
    const { resources } = await client.listResources();
    await server.say(resources[0]!.uri.split('/').at(-1)!, '8080');
    const { outcome } = await execution.settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      structuredContent: { status: 'answered', answer: '8080' },
    });
  } finally {
    await session.close();
    await client.close();
  }
});
