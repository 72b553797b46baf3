import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { listen } from '../koa/test-server.ts';
import { recorded } from './fixtures.ts';
import { HookServer } from './hook-server.ts';

interface PluginHooks {
  readonly event: (call: { readonly event: object }) => Promise<void>;
  readonly 'chat.message': PluginCall;
  readonly 'tool.execute.before': PluginCall;
  readonly 'tool.execute.after': PluginCall;
}

type PluginCall = (input: { readonly sessionID: string }, output: object) => Promise<void>;

type Plugin = (opencode: object, options: object) => Promise<PluginHooks>;

const PLUGIN = new URL('../../../plugins/opencode/agent-dashboard.js', import.meta.url).href;
const { AgentDashboard } = (await import(PLUGIN)) as { readonly AgentDashboard: Plugin };

/** The session of the recorded permission. */
const SESSION = 'ses_00000000000000000000000002';

interface Replied {
  readonly url: string;
  readonly body: object;
}

const readCall = (sessionID: string, args: object) => ({ sessionID, tool: 'read', args });

/** Loads the plugin as OpenCode does, and waits for what it sends to the server of OpenCode. */
async function load(baseUrl: string) {
  const replied = Promise.withResolvers<Replied>();
  const client = { _client: { post: async (request: Replied) => replied.resolve(request) } };
  const folder = { client, directory: import.meta.dirname };
  const hooks = await AgentDashboard(folder, { baseUrl, apiKey: 'ann' });
  return {
    hooks,
    replied: replied.promise,
    event: (name: string, properties = {}) => {
      const event = recorded('opencode', `event.${name}`) as { type: string; properties: object };
      return hooks.event({ event: { ...event, properties: { ...event.properties, ...properties } } });
    },
    startTool: (sessionID = SESSION) => {
      const { input, output } = recorded('opencode', 'hook.tool.execute.before.bash') as {
        readonly input: { readonly sessionID: string };
        readonly output: object;
      };
      return hooks['tool.execute.before']({ ...input, sessionID }, output);
    },
  };
}

describe('with a server, the plugin', () => {
  let dashboard: HookServer;
  beforeEach(async () => {
    dashboard = await HookServer.start();
  });
  afterEach(() => dashboard[Symbol.asyncDispose]());

  test.each([
    [
      'permission',
      { values: ['Yes'] },
      { url: '/permission/per_00000000000000000000000001/reply', body: { reply: 'once' } },
    ],
    [
      'permission',
      { content: 'not now' },
      {
        url: '/permission/per_00000000000000000000000001/reply',
        body: { reply: 'reject', message: 'not now' },
      },
    ],
    [
      'question',
      { values: ['Blue'] },
      { url: '/question/que_00000000000000000000000001/reply', body: { answers: [['Blue']] } },
    ],
  ])('replies to a %s as the person answers: %j', async (kind, answer, expected) => {
    const plugin = await load(dashboard.server.url);
    await plugin.event(`${kind}.asked`);
    await dashboard.answer((await dashboard.question('opencode', SESSION)).id, answer);
    expect(await plugin.replied).toMatchObject(expected);
  });

  test('lets a tool fail when the person wants OpenCode to stop', async () => {
    const plugin = await load(dashboard.server.url);
    await plugin.hooks['tool.execute.after'](readCall(SESSION, {}), { output: '' });
    await plugin.startTool();
    await dashboard.stop('opencode', SESSION, 'lunch');
    await expect(plugin.startTool()).rejects.toThrow(/stop \(lunch\)/);
  });

  test('says where OpenCode runs', async () => {
    const plugin = await load(dashboard.server.url);
    const { input, output } = recorded('opencode', 'hook.chat.message') as {
      readonly input: { readonly sessionID: string };
      readonly output: object;
    };
    await plugin.hooks['chat.message'](input, output);
    expect(await dashboard.instance('opencode', input.sessionID)).toMatchObject({
      context: { machine: expect.any(String), folder: expect.stringContaining('hooks'), model: 'fake-model' },
    });
  });

  test('shows what a subagent does in the session that has started it', async () => {
    const plugin = await load(dashboard.server.url);
    await plugin.event('session.created', { sessionID: 'ses_child', info: { parentID: SESSION } });
    const { output } = recorded('opencode', 'hook.chat.message') as { readonly output: object };
    await plugin.hooks['chat.message']({ sessionID: 'ses_child' }, output);
    await plugin.hooks['tool.execute.after'](readCall('ses_child', { filePath: 'a.txt' }), { output: '' });
    expect(await dashboard.contents('opencode', SESSION)).toEqual(['read: a.txt']);
    expect(await dashboard.instance('opencode', 'ses_child')).toBeNull();
  });
});

test.each<[string, RequestListener]>([
  ['answers an error', (_, res) => res.writeHead(500).end('{"error":"no"}')],
  ['answers something else than JSON', (_, res) => res.end('<html>')],
  ['answers a redirect', (_, res) => res.writeHead(302, { location: '/' }).end()],
  ['closes the connection', (req) => req.socket.destroy()],
  ['does not answer', () => {}],
])('a tool runs when the server %s', async (_, listener) => {
  const server = createServer(listener);
  try {
    const plugin = await load(`http://127.0.0.1:${await listen(server)}`);
    await expect(plugin.startTool()).resolves.toBeUndefined();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a connection says where the server is, with which key, and which steps are wanted', async () => {
  await using folder = await temporaryFolder();
  const posted = Promise.withResolvers<object>();
  const server = createServer((req, res) => {
    posted.resolve({ url: req.url, authorization: req.headers.authorization });
    res.end('{}');
  });
  try {
    const connectionFile = join(folder.path, 'opencode.json');
    const base_url = `http://127.0.0.1:${await listen(server)}`;
    await writeFile(connectionFile, JSON.stringify({ base_url, token: 'ann' }));
    const hooks = await AgentDashboard({ directory: folder.path }, { connectionFile, steps: 'edits' });
    await hooks['tool.execute.after'](readCall(SESSION, {}), { output: '' });
    expect(await posted.promise).toEqual({
      url: '/api/v1/hooks/opencode?steps=edits',
      authorization: 'Bearer ann',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a tool runs when there is no connection', async () => {
  const hooks = await AgentDashboard({}, { connectionFile: '/not/there', steps: null });
  await expect(hooks['tool.execute.before'](readCall(SESSION, {}), {})).resolves.toBeUndefined();
});

test('a tool runs when there is no server, or its address is none', async () => {
  for (const url of ['http://127.0.0.1:1', 'nowhere'])
    await expect((await load(url)).startTool()).resolves.toBeUndefined();
});
