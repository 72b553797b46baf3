import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { dashboardPlugin } from '../../../src/adapters/agent-config/opencode-plugin/plugin.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { listen } from '../koa/test-server.ts';

interface Post {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** A server of hooks that gives one answer, and the plugin that is connected to it. */
async function startPlugin(answer: object, status = 200) {
  const folder = await temporaryFolder();
  const posts: Post[] = [];
  const server = createServer(async (req: IncomingMessage, res) => {
    posts.push({ url: req.url, authorization: req.headers.authorization, body: await json(req) });
    res.writeHead(status).end(JSON.stringify(answer));
  });
  const connectionFile = join(folder.path, 'opencode.json');
  const base_url = `http://127.0.0.1:${await listen(server)}`;
  await writeFile(connectionFile, JSON.stringify({ base_url, token: 'ann' }));
  const replied = Promise.withResolvers<object>();
  const client = { _client: { post: async (request: object) => replied.resolve(request) } };
  const plugin = await dashboardPlugin({ connectionFile, steps: 'edits' })({ client });
  return {
    plugin,
    posts,
    replied: replied.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('the plugin posts what it is called with, with the key of the connection', async () => {
  await using scene = await startPlugin({});
  await scene.plugin['tool.execute.after']({ tool: 'bash' }, { output: 'x' });
  expect(scene.posts).toEqual([
    {
      url: '/api/v1/hooks/opencode?steps=edits',
      authorization: 'Bearer ann',
      body: { input: { tool: 'bash' }, output: { output: 'x' } },
    },
  ]);
});

test('a tool that the person has stopped does not run, and the model reads why', async () => {
  await using scene = await startPlugin({ error: 'Stop: not now' });
  await expect(scene.plugin['tool.execute.before']({}, {})).rejects.toThrow('Stop: not now');
});

test.each([
  ['permission', { reply: 'once' }, { reply: 'once' }],
  ['permission', { reply: 'reject', message: 'no' }, { reply: 'reject', message: 'no' }],
  ['question', { answers: [['Blue']] }, { answers: [['Blue']] }],
])('the answer to a %s is carried to OpenCode', async (kind, answer, body) => {
  await using scene = await startPlugin(answer);
  await scene.plugin.event({ event: { type: `${kind}.asked`, properties: { id: 'the id' } } });
  expect(await scene.replied).toMatchObject({ url: `/${kind}/{id}/reply`, path: { id: 'the id' }, body });
});

test('events that mean nothing to the server are not posted', async () => {
  await using scene = await startPlugin({});
  await scene.plugin.event({ event: { type: 'message.part.updated', properties: {} } });
  await scene.plugin['chat.message']({}, {});
  expect(scene.posts.map(({ body }) => body)).toEqual([{ input: {}, output: {} }]);
});

test('an error of the server denies nothing', async () => {
  await using scene = await startPlugin({ error: 'no' }, 500);
  await scene.plugin['tool.execute.before']({}, {});
});

test('without a connection nothing is denied', async () => {
  const plugin = await dashboardPlugin({ connectionFile: '/not/there', steps: null })({ client: {} });
  await plugin['tool.execute.before']({}, {});
});
