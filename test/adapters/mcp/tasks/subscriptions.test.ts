import { describe, expect, test } from 'vitest';
import { McpServer, until } from '../mcp-server.ts';
import { messagesIn, readUntil } from '../raw-mcp.ts';
import { type RawTaskOptions, send } from './raw-tasks.ts';
import { TaskClient } from './task-client.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';

const listen = (server: McpServer, taskIds: unknown, options: RawTaskOptions = {}) =>
  send(server, 'subscriptions/listen', { notifications: { taskIds } }, { id: 'sub', ...options });

async function ask(client: TaskClient, question_text = 'Which port?') {
  const { taskId } = await client.ask({ question_text });
  const asked = await client.call('ask_question', { question_id: taskId, wait_seconds: 0 });
  return { taskId, ...(asked.structuredContent as { agent_instance_id: string }) };
}

const ofStream = { 'io.modelcontextprotocol/subscriptionId': 'sub' };
const acknowledged = (...taskIds: readonly string[]) => ({
  method: 'notifications/subscriptions/acknowledged',
  params: { notifications: { taskIds }, _meta: ofStream },
});
const END = { id: 'sub', result: { resultType: 'complete', _meta: expect.objectContaining(ofStream) } };

describe('a subscription to tasks', () => {
  test('sends each task when it is over, as tasks/get returns it, and then ends', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const first = await ask(client);
    const second = await ask(client, 'Which branch?');
    const stream = await listen(server, [first.taskId, second.taskId]);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    await server.untilCallsWait(2);
    await server.say(second.agent_instance_id, 'main');
    await server.untilCallsWait(1);
    await server.say(first.agent_instance_id, '8080');
    const { _meta: _, ...secondTask } = { _meta: null, ...(await client.get(second.taskId)) };
    const { _meta: __, ...firstTask } = { _meta: null, ...(await client.get(first.taskId)) };
    expect(await messagesIn(stream)).toMatchObject([
      acknowledged(first.taskId, second.taskId),
      { method: 'notifications/tasks', params: { ...secondTask, _meta: ofStream } },
      { method: 'notifications/tasks', params: { ...firstTask, _meta: ofStream } },
      END,
    ]);
    expect(secondTask).toMatchObject({ status: 'completed' });
  });

  test('sends a task at once that is over already', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    await client.request('tasks/cancel', { taskId });
    const messages = await messagesIn(await listen(server, [taskId, taskId]));
    expect(messages).toMatchObject([
      acknowledged(taskId),
      { method: 'notifications/tasks', params: { taskId, status: 'completed' } },
      END,
    ]);
  });

  test("leaves unknown tasks out, and other users' tasks in the same way", async () => {
    await using server = await McpServer.start();
    await using stranger = await TaskClient.connect(server.url, { token: 'bob' });
    const foreign = await ask(stranger);
    const messages = await messagesIn(await listen(server, [UNKNOWN, foreign.taskId, 'no uuid']));
    expect(messages).toMatchObject([acknowledged(), END]);
  });

  test('has at most 100 tasks, the first ones', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    const others = Array.from({ length: 100 }, (_, nth) => `unknown ${nth}`);
    expect(await messagesIn(await listen(server, [...others, taskId]))).toMatchObject([acknowledged(), END]);
  });

  test('waits for nothing any more when its client has gone', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    const hangUp = new AbortController();
    await listen(server, [taskId], { signal: hangUp.signal });
    await server.untilCallsWait(1);
    hangUp.abort();
    await server.untilCallsWait(0);
  });

  test('ends in order when the server stops, also if its calls end first', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    const stream = await listen(server, [taskId]);
    await server.untilCallsWait(1);
    server.stopping.abort();
    expect(await messagesIn(stream)).toMatchObject([acknowledged(taskId), END]);
  });

  test('ends in order when the endpoint closes', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    const stream = await listen(server, [taskId]);
    await server.untilCallsWait(1);
    await server.endpoint.close(0);
    expect(await messagesIn(stream)).toMatchObject([acknowledged(taskId), END]);
  });

  test('breaks off when a task cannot be read any more', async () => {
    let isBroken = false;
    await using server = await McpServer.start({
      wrap: (repository) =>
        Object.assign(Object.create(repository), {
          questionState: (...question: Parameters<typeof repository.questionState>) =>
            isBroken ? Promise.reject(new Error('out of order')) : repository.questionState(...question),
          update: (...update: Parameters<typeof repository.update>) => repository.update(...update),
        }),
    });
    await using client = await TaskClient.connect(server.url);
    const { taskId, agent_instance_id } = await ask(client);
    const other = await ask(client, 'Which branch?');
    const stream = await listen(server, [taskId, other.taskId]);
    await server.untilCallsWait(2);
    isBroken = true;
    await server.say(agent_instance_id, '8080');
    expect(await messagesIn(stream)).toMatchObject([acknowledged(taskId, other.taskId)]);
    await server.untilCallsWait(0);
    await until(() => server.log.at('error').length > 0);
  });

  test('sends comments meanwhile, so that nobody closes the connection', async () => {
    await using server = await McpServer.start({ timing: { keepAliveMs: 10 } });
    await using client = await TaskClient.connect(server.url);
    const { taskId } = await ask(client);
    const hangUp = new AbortController();
    const stream = await listen(server, [taskId], { signal: hangUp.signal });
    expect(await readUntil(stream, /^: keepalive$/m)).toContain(': keepalive');
    hangUp.abort();
  });

  test.each<[what: string, taskIds: unknown, options: RawTaskOptions, code: number, status: number]>([
    ['a client that does not declare tasks', [UNKNOWN], { capabilities: {} }, -32021, 400],
    ['ids that are no list', 'one', {}, -32602, 200],
    ['ids that are no texts', [1], {}, -32602, 200],
    ['a wrong header', [UNKNOWN], { headers: { 'mcp-method': 'tools/call' } }, -32020, 400],
  ])('is refused for %s', async (_what, taskIds, options, code, status) => {
    await using server = await McpServer.start();
    const response = await listen(server, taskIds, options);
    expect(response.status).toBe(status);
    expect(await messagesIn(response)).toMatchObject([{ id: 'sub', error: { code } }]);
  });

  test('to other things is left to the library', async () => {
    await using server = await McpServer.start();
    const request = { notifications: { toolsListChanged: true } };
    const response = await send(server, 'subscriptions/listen', request, { id: 'sub' });
    expect(await messagesIn(response)).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
      END,
    ]);
  });
});
