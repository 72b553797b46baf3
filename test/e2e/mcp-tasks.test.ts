import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { messagesIn } from '../adapters/mcp/raw-mcp.ts';
import { send } from '../adapters/mcp/tasks/raw-tasks.ts';
import { TaskClient } from '../adapters/mcp/tasks/task-client.ts';
import { stablePort } from '../prove/support/stable-port.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { freshStore, STORES, stored } from './stores.ts';

const ASKER = join(import.meta.dirname, 'task-asker.ts');

/** Lets another process ask a question as a task, and kills it while it polls. Returns the id of the task. */
async function askAndDie({ url, agentToken }: RunningServer): Promise<string> {
  const asker = spawn(process.execPath, [ASKER, url, agentToken], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(asker, 'exit');
  const [taskId] = await once(createInterface({ input: asker.stdout }), 'line');
  asker.kill('SIGKILL');
  await exited;
  return String(taskId);
}

async function answer(server: RunningServer, taskId: string): Promise<void> {
  const request = { token: server.dashboardToken, body: { content: '8080' } };
  const { status } = await server.call('POST', `/questions/${taskId}/answer`, request);
  expect(status).toBe(200);
}

const ANSWERED = {
  status: 'completed',
  result: { structuredContent: { status: 'answered', answer: '8080' } },
};

test.each(STORES)(
  'on %s: a client that was killed comes back with the id, after the server was killed and started again',
  async (kind) => {
    await using store = await freshStore(kind);
    const env = { ...store.env, MCP_SERVER_PORT: String(await stablePort()) };
    let open: string;
    let answered: string;
    {
      await using server = await RunningServer.start(env);
      answered = await askAndDie(server);
      await answer(server, answered);
      open = await askAndDie(server);
      await server.kill9();
    }
    {
      await using server = await RunningServer.start(env);
      await using client = await TaskClient.connect(server.url, { token: server.agentToken });
      expect(await client.get(answered)).toMatchObject(ANSWERED);
      expect(await client.get(open)).toMatchObject({ status: 'working' });
      await answer(server, open);
      const task = await client.get(open);
      expect(task).toMatchObject(ANSWERED);
      expect(await client.get(open)).toEqual(task);
      await server.stop();
    }
    const questions = `select count(*)::int as count from messages where question_status = 'answered'`;
    expect(await stored(store.env, questions)).toEqual([{ count: 2 }]);
  },
);

test('every process of one store serves a task, and tells its subscribers', async () => {
  await using store = await freshStore('PostgreSQL');
  await using first = await RunningServer.start(store.env);
  await using second = await RunningServer.start(store.env);
  const taskId = await askAndDie(first);
  await using client = await TaskClient.connect(second.url, { token: second.agentToken });
  expect(await client.get(taskId)).toMatchObject({ status: 'working' });
  const notifications = { taskIds: [taskId] };
  const stream = await send(second, 'subscriptions/listen', { notifications }, { token: second.agentToken });
  await answer(first, taskId);
  const messages = await messagesIn(stream);
  expect(messages).toMatchObject([
    { method: 'notifications/subscriptions/acknowledged' },
    { method: 'notifications/tasks', params: { taskId, ...ANSWERED } },
    { result: { resultType: 'complete' } },
  ]);
  expect(await client.get(taskId)).toMatchObject(ANSWERED);
});
