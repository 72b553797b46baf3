import { randomUUID } from 'node:crypto';
import {
  Client as SplitClient,
  StreamableHTTPClientTransport as SplitTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { McpServer } from '../mcp-server.ts';

const INFORMATION = { name: 'test-client', version: '1.0.0' };
const requestInit = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** The methods for resources and prompts that the clients of both libraries have. */
type ReadingClient = Pick<
  Client | SplitClient,
  'listResources' | 'readResource' | 'listResourceTemplates' | 'listPrompts' | 'getPrompt' | 'close'
>;

const kinds: [kind: string, connect: (url: string, token: string) => Promise<ReadingClient>][] = [
  [
    'up to 2025-11-25',
    async (url, token) => {
      const client = new Client(INFORMATION);
      const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
        requestInit: requestInit(token),
      });
      await client.connect(transport as Transport);
      return client;
    },
  ],
  [
    '2026-07-28',
    async (url, token) => {
      const client = new SplitClient(INFORMATION, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
      await client.connect(new SplitTransport(new URL(`${url}/mcp`), { requestInit: requestInit(token) }));
      return client;
    },
  ],
];

describe.each(kinds)('a client of the protocol version %s', (_, connect) => {
  let server: McpServer;
  let client: ReadingClient;
  const instances: string[] = [];

  const step = (agentInstanceId: string, content: string) =>
    server.server.call('POST', '/messages/agent', {
      body: { agent_instance_id: agentInstanceId, agent_type: 'looker', content },
    });
  const read = async (uri: string) => {
    const { contents } = await client.readResource({ uri });
    return JSON.parse((contents[0] as { text: string }).text);
  };

  beforeAll(async () => {
    server = await McpServer.start();
    client = await connect(server.url, 'ann');
    for (let nth = 0; nth < 60; nth += 1) instances.push(randomUUID());
    for (const instance of instances) await step(instance, 'first');
    for (let nth = 2; nth <= 70; nth += 1) await step(instances[0]!, `step ${nth}`);
  });
  afterAll(async () => {
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  test("lists all of the caller's agent instances, page by page", async () => {
    const uris: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listResources(cursor === undefined ? {} : { cursor });
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(uris).size).toBe(60);
    expect(uris.toSorted()).toEqual(
      instances.map((id) => `agent-dashboard://agent-instances/${id}`).toSorted(),
    );
  });

  test.each([
    ['an emoji', 'x'.repeat(199), '\u{1F600}'],
    ['a family', 'x'.repeat(195), '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}'],
    ['a flag', 'x'.repeat(198), '\u{1F1E9}\u{1F1EA}'],
    ['an accent', 'x'.repeat(199), 'e\u0301'],
  ])('describes an instance by the start of its latest message, cut before %s', async (_name, kept, cut) => {
    await step(instances[59]!, kept + cut);
    const { resources } = await client.listResources();
    const [description] = resources.flatMap((one) =>
      one.uri.endsWith(instances[59]!) ? [one.description] : [],
    );
    expect(description).toBe(`ACTIVE: ${kept}`);
  });

  test('reads the latest page of a conversation, and then the page before', async () => {
    const last = await read(`agent-dashboard://agent-instances/${instances[0]}`);
    expect(last.agent_instance).toMatchObject({
      id: instances[0],
      agent_type_name: 'looker',
      chat_length: 70,
    });
    expect(last.messages.map(({ content }: { content: string }) => content).slice(-2)).toEqual([
      'step 69',
      'step 70',
    ]);
    const before = await read(last.earlier);
    expect(last.messages.length + before.messages.length).toBe(70);
    expect(before.messages[0].content).toBe('first');
    expect(before.earlier).toBeNull();
  });

  test('reads page by page a conversation whose texts fill more than one page', async () => {
    const id = randomUUID();
    const contents = Array.from({ length: 6 }, (_, nth) => `${nth} ${'x'.repeat(900_000)}`);
    for (const content of contents) await step(id, content);
    const found: string[] = [];
    for (let uri = `agent-dashboard://agent-instances/${id}`; uri !== null; ) {
      const { messages, earlier } = await read(uri);
      found.unshift(...messages.map(({ content }: { content: string }) => content));
      uri = earlier;
    }
    expect(found).toEqual(contents);
  });

  test('gets the same error for another user’s instance as for one that does not exist', async () => {
    const stranger = await connect(server.url, 'bob');
    try {
      for (const uri of [
        `agent-dashboard://agent-instances/${instances[0]}`,
        `agent-dashboard://agent-instances/${randomUUID()}`,
        'agent-dashboard://agent-instances/nonsense',
        'file:///etc/passwd',
      ]) {
        await expect(stranger.readResource({ uri })).rejects.toMatchObject({ code: -32602, data: { uri } });
      }
      expect((await stranger.listResources()).resources).toEqual([]);
    } finally {
      await stranger.close();
    }
  });

  test('gets the prompt with its task', async () => {
    const { prompts } = await client.listPrompts();
    const { messages } = await client.getPrompt({
      name: prompts[0]!.name,
      arguments: { task: 'Fix the build' },
    });
    expect(messages[0]).toMatchObject({ role: 'user', content: { type: 'text' } });
    expect(JSON.stringify(messages)).toContain('Fix the build');
    await expect(client.getPrompt({ name: 'another' })).rejects.toMatchObject({ code: -32602 });
  });

  test('gets the template for the address of an earlier page', async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'agent-dashboard://agent-instances/{agent_instance_id}{?before}',
    ]);
  });
});
