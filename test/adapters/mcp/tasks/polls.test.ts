import { expect, test } from 'vitest';
import type { AgentInstanceRepository } from '../../../../src/ports/storage/agent-instance-repository.ts';
import { McpServer } from '../mcp-server.ts';
import { messagesIn } from '../raw-mcp.ts';
import { DECLARES_TASKS, send } from './raw-tasks.ts';
import { TaskClient } from './task-client.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';

const META = 'io.modelcontextprotocol/';

/** A spelling of a header's value that the library reads, but the short way of polls does not. */
const encoded = (taskId: string) => `=?base64?${Buffer.from(taskId).toString('base64')}?=`;

const bodyAndHeaders = async (response: Response) => ({
  status: response.status,
  contentType: response.headers.get('content-type'),
  body: await response.json(),
});

test.each(['open', 'answered', 'unknown'] as const)(
  'a poll of a task that is %s gets from this server what it gets from the library',
  async (state) => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId: ownId } = await client.ask();
    const taskId = state === 'unknown' ? UNKNOWN : ownId;
    if (state === 'answered') {
      const asked = await client.call('ask_question', { question_id: ownId, wait_seconds: 0 });
      const { agent_instance_id } = asked.structuredContent as { agent_instance_id: string };
      await server.say(agent_instance_id, '8080');
    }
    const id = 'any \u{1F600}';
    const short = await send(server, 'tasks/get', { taskId }, { id });
    const headers = { 'mcp-name': encoded(taskId) };
    const long = await send(server, 'tasks/get', { taskId }, { id, headers });
    expect(await bodyAndHeaders(short)).toEqual(await bodyAndHeaders(long));
  },
);

test('a poll of an open question reads its state once, and nothing else', async () => {
  const calls: string[] = [];
  const wrap = (repository: AgentInstanceRepository): AgentInstanceRepository =>
    new Proxy(repository, {
      get(target, name: keyof AgentInstanceRepository) {
        const method = target[name];
        if (typeof method !== 'function') return method;
        return (...args: never[]) => {
          calls.push(name);
          return (method as (...args: never[]) => unknown).apply(target, args);
        };
      },
    });
  await using server = await McpServer.start({ wrap });
  await using client = await TaskClient.connect(server.url);
  const { taskId } = await client.ask();
  calls.length = 0;
  await client.get(taskId);
  expect(calls).toEqual(['questionState']);
});

test.each<[what: string, options: Parameters<typeof send>[3], code: number, status: number]>([
  ['names another task in its header', { headers: { 'mcp-name': 'another' } }, -32020, 400],
  ['names another method in its header', { headers: { 'mcp-method': 'tools/call' } }, -32020, 400],
  [
    'names another revision in its header',
    { headers: { 'mcp-protocol-version': '2025-11-25' } },
    -32020,
    400,
  ],
  ['does not declare tasks', { capabilities: {} }, -32021, 400],
  ['declares other extensions only', { capabilities: { extensions: { other: {} } } }, -32021, 400],
  ['names another revision in its body', { meta: { [`${META}protocolVersion`]: '2027-01-01' } }, -32020, 400],
  ['describes its client wrongly', { meta: { [`${META}clientInfo`]: { name: 1 } } }, -32602, 400],
  ['has an id that is no id', { id: { any: 1 } }, -32600, 400],
])('a poll that %s is refused', async (_what, options, code, status) => {
  await using server = await McpServer.start();
  await using client = await TaskClient.connect(server.url);
  const { taskId } = await client.ask();
  const response = await send(server, 'tasks/get', { taskId }, options);
  expect(response.status).toBe(status);
  expect(await messagesIn(response)).toMatchObject([{ error: { code } }]);
});

test('a request declares tasks for itself only', async () => {
  await using server = await McpServer.start({ timing: { waitSeconds: 0 } });
  const call = { name: 'ask_question', arguments: { question_text: 'Which port?' } };
  const ask = async (capabilities: object) =>
    (await messagesIn(await send(server, 'tools/call', call, { capabilities })))[0]?.result;
  expect(await ask(DECLARES_TASKS)).toMatchObject({ resultType: 'task' });
  expect(await ask({})).toMatchObject({ resultType: 'complete' });
});

test.each(['tasks/list', 'tasks/result'])('%s, which older drafts had, does not exist', async (method) => {
  await using server = await McpServer.start();
  const response = await send(server, method, { taskId: UNKNOWN });
  expect(await messagesIn(response)).toMatchObject([{ error: { code: -32601 } }]);
});

test.each<[method: string, params: Parameters<typeof send>[2]]>([
  ['tasks/get', { taskId: UNKNOWN }],
  ['tasks/cancel', { taskId: UNKNOWN }],
  ['subscriptions/listen', { notifications: { taskIds: [UNKNOWN] } }],
])('%s needs a token, and one with the scope of agents', async (method, params) => {
  await using server = await McpServer.start();
  expect((await send(server, method, params, { token: 'nobody' })).status).toBe(401);
  const response = await send(server, method, params, { token: 'ann-dashboard' });
  expect(await messagesIn(response)).toMatchObject([
    { error: { code: -32603, data: { code: 'insufficient_scope' } } },
  ]);
});

test('a task id that is no text is refused like an unknown one', async () => {
  await using server = await McpServer.start();
  const response = await send(server, 'tasks/get', { taskId: 5 }, { headers: { 'mcp-name': '5' } });
  expect(await messagesIn(response)).toMatchObject([{ error: { code: -32602, message: 'Task not found' } }]);
});

test('a poll without a task id is refused', async () => {
  await using server = await McpServer.start();
  const messages = await messagesIn(await send(server, 'tasks/get', {}));
  expect(messages).toMatchObject([{ error: { code: -32602, message: expect.stringContaining('taskId') } }]);
});
