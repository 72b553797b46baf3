import { describe, expect, test } from 'vitest';
import {
  askQuestion,
  cancelAgentStop,
  deleteAgentInstance,
  endSession,
  stopAgent,
} from '../../../../src/application/use-cases/index.ts';
import { aCaller, userIdOf } from '../../../support/builders.ts';
import { CLIENTS, STREAMABLE } from '../clients.ts';
import { McpServer } from '../mcp-server.ts';
import { errorOf, TaskClient } from './task-client.ts';

const UNKNOWN = '00000000-0000-7000-8000-000000000000';
const NOT_FOUND = { code: -32602, message: 'Task not found', data: undefined };
const ANN = { userId: userIdOf('ann') };
const annAsAgent = aCaller(ANN);
const ann = aCaller({ ...ANN, scopes: ['dashboard'] });

/** Starts a server, and a client of it that has asked a question. */
async function asked(args: object = {}) {
  const server = await McpServer.start();
  const client = await TaskClient.connect(server.url);
  const { taskId } = await client.ask(args);
  const { structuredContent } = (await client.call('ask_question', {
    question_id: taskId,
    wait_seconds: 0,
  })) as { structuredContent: { agent_instance_id: string } };
  return {
    server,
    client,
    taskId,
    agent_instance_id: structuredContent.agent_instance_id,
    /** What ask_question returns now for a client that does not know tasks. */
    askAgain: () =>
      server.dispatch(askQuestion, {
        caller: annAsAgent,
        input: { question_id: taskId, wait_seconds: 0 },
      }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('a client that declares tasks', () => {
  test('is told that the server knows them', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    expect(client.client.getServerCapabilities()?.extensions).toEqual({
      'io.modelcontextprotocol/tasks': {},
    });
    expect(client.client.getServerCapabilities()?.tasks).toBeUndefined();
  });

  test('gets the question as a task, at once', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const task = await client.ask();
    expect(task).toMatchObject({
      resultType: 'task',
      taskId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: 'working',
      createdAt: expect.stringMatching(/^\d{4}-.+Z$/),
      ttlMs: null,
      pollIntervalMs: 5_000,
      statusMessage: 'Waiting for the answer',
    });
    expect(task.lastUpdatedAt).toBe(task.createdAt);
    expect(await client.get(task.taskId)).toMatchObject({ status: 'working', createdAt: task.createdAt });
    expect(server.signals.size, 'nothing waits on the server').toBe(0);
  });

  test('gets the time until the deadline with the task', async () => {
    await using question = await asked({ expires_in_seconds: 90 });
    expect(await question.client.get(question.taskId)).toMatchObject({ ttlMs: 90_000 });
  });

  test('gets the very result that ask_question would have returned, the same each time', async () => {
    await using question = await asked();
    await question.server.say(question.agent_instance_id, '8080');
    const task = await question.client.get(question.taskId);
    expect(await question.client.get(question.taskId)).toEqual(task);
    const { _meta: _, ...result } = await question.client.call('ask_question', {
      question_id: question.taskId,
      wait_seconds: 0,
    });
    expect(result).toMatchObject({ structuredContent: { status: 'answered', answer: '8080' } });
    const asFirst = JSON.parse(
      JSON.stringify(result).replaceAll(/(\\?"redelivered\\?":)true/g, '$1false'),
    ) as object;
    expect(task).toMatchObject({ status: 'completed', statusMessage: 'The person has answered' });
    expect((task as { result?: object }).result).toEqual(asFirst);
  });

  test('gets with the result what the person had written before the question', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const step = await client.call('log_step', { step_description: 'begin' });
    const { agent_instance_id } = step.structuredContent as { agent_instance_id: string };
    await server.say(agent_instance_id, 'mind the tests');
    const { taskId } = await client.ask({ agent_instance_id });
    await server.say(agent_instance_id, '8080');
    expect(await client.get(taskId)).toMatchObject({
      result: { structuredContent: { answer: '8080', user_feedback: ['mind the tests'], more: false } },
    });
  });

  test.each<[status: string, end: (question: Awaited<ReturnType<typeof asked>>) => Promise<unknown>]>([
    ['withdrawn', ({ client, taskId }) => client.call('withdraw_question', { question_id: taskId })],
    [
      'closed',
      ({ server, agent_instance_id }) =>
        server.dispatch(endSession, { caller: annAsAgent, input: { agent_instance_id } }),
    ],
  ])('gets the result of a question that is %s', async (status, end) => {
    await using question = await asked();
    await end(question);
    const structuredContent = { ...(await question.askAgain()), redelivered: false };
    expect(structuredContent.status).toBe(status);
    expect(await question.client.get(question.taskId)).toMatchObject({
      status: 'completed',
      result: { structuredContent },
    });
  });

  test('gets a result when its agent is asked to stop, so that it does not wait for the answer', async () => {
    await using question = await asked();
    const { server, client, taskId, agent_instance_id } = question;
    await server.dispatch(stopAgent, { caller: ann, input: { agent_instance_id, reason: 'Enough' } });
    expect(await client.get(taskId)).toMatchObject({
      status: 'completed',
      statusMessage: 'The person wants the agent to stop',
      result: { structuredContent: { status: 'pending', stop_requested: { reason: 'Enough' } } },
    });
    await server.dispatch(cancelAgentStop, { caller: ann, input: { agent_instance_id } });
    expect(await client.get(taskId)).toMatchObject({ status: 'working' });
  });

  test('gets the error that ask_question would have returned for a deleted instance', async () => {
    await using question = await asked();
    const { server, client, taskId, agent_instance_id } = question;
    await server.dispatch(deleteAgentInstance, { caller: ann, input: { agent_instance_id } });
    expect(await client.get(taskId)).toMatchObject({
      status: 'completed',
      result: { isError: true, _meta: { 'agent-dashboard/error': { code: 'instance_deleted' } } },
    });
  });

  test('gets the same task for the same question, by its text and by its id', async () => {
    await using question = await asked();
    const { client, taskId, agent_instance_id } = question;
    expect(await client.ask({ agent_instance_id })).toMatchObject({ taskId });
    expect(await client.ask({ question_text: null, question_id: taskId })).toMatchObject({ taskId });
  });

  test('gets the result instead of a task when it is there already', async () => {
    await using question = await asked();
    await question.server.say(question.agent_instance_id, '8080');
    expect(await question.client.call('ask_question', { question_id: question.taskId })).toMatchObject({
      resultType: 'complete',
      structuredContent: { answer: '8080', redelivered: false },
    });
  });

  test('gets no task when it asks not to wait', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const args = { question_text: 'Which port?', wait_seconds: 0 };
    expect(await client.call('ask_question', args)).toMatchObject({
      resultType: 'complete',
      structuredContent: { status: 'pending' },
    });
  });

  test('gets refusals as results, without a task', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    expect(await client.call('ask_question', { question_text: '' })).toMatchObject({
      resultType: 'complete',
      isError: true,
    });
  });

  test('gets no task from tools that have their result at once', async () => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const step = await client.call('log_step', { step_description: 'begin' });
    expect(step).toMatchObject({ resultType: 'complete', structuredContent: { step_number: 1 } });
  });
});

describe('cancelling a task', () => {
  test('withdraws its question, and may be repeated', async () => {
    await using question = await asked();
    const { client, taskId } = question;
    for (let nth = 1; nth <= 2; nth += 1)
      expect(Object.keys(await client.request('tasks/cancel', { taskId }))).toEqual(['_meta']);
    expect(await client.get(taskId)).toMatchObject({
      status: 'completed',
      result: { structuredContent: { status: 'withdrawn' } },
    });
  });

  test('leaves an answered question as it is', async () => {
    await using question = await asked();
    const { server, client, taskId, agent_instance_id } = question;
    await server.say(agent_instance_id, '8080');
    await client.request('tasks/cancel', { taskId });
    expect(await client.get(taskId)).toMatchObject({ result: { structuredContent: { answer: '8080' } } });
  });

  test('does nothing in a deleted instance', async () => {
    await using question = await asked();
    const { server, client, taskId, agent_instance_id } = question;
    await server.dispatch(deleteAgentInstance, { caller: ann, input: { agent_instance_id } });
    expect(Object.keys(await client.request('tasks/cancel', { taskId }))).toEqual(['_meta']);
  });
});

describe('updating a task', () => {
  test('is accepted and ignored, because a question asks the person and not the client', async () => {
    await using question = await asked();
    const { client, taskId } = question;
    const inputResponses = { unknown: { action: 'accept', content: { port: 80 } } };
    expect(Object.keys(await client.request('tasks/update', { taskId, inputResponses }))).toEqual(['_meta']);
    expect(await client.get(taskId)).toMatchObject({ status: 'working' });
  });

  test('hands no answer over', async () => {
    await using question = await asked();
    const { server, client, taskId, agent_instance_id } = question;
    await server.say(agent_instance_id, '8080');
    await client.request('tasks/update', { taskId, inputResponses: {} });
    const step = await client.call('log_step', { agent_instance_id, step_description: 'on' });
    expect(step).toMatchObject({ structuredContent: { user_feedback: ['8080'] } });
  });
});

describe.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('%s', (method) => {
  test.each([
    ['an unknown id', async () => UNKNOWN],
    ['no UUID', async () => 'no-uuid'],
    ['an empty id', async () => ''],
    [
      "the id of another user's task",
      async ({ url }: McpServer) => {
        await using stranger = await TaskClient.connect(url, { token: 'bob' });
        return (await stranger.ask()).taskId;
      },
    ],
    [
      'the id of a step',
      async ({ dispatch, repository }: McpServer) => {
        const { agent_instance_id } = await dispatch(askQuestion, {
          caller: annAsAgent,
          input: { question_text: '?', agent_type: 'x', wait_seconds: 0 },
        });
        const target = { userId: ANN.userId, agentInstanceId: agent_instance_id as never };
        return repository.update(target, ({ instance }) => ({
          output: instance!.id,
          changes: null,
          record: null,
        }));
      },
    ],
  ])('answers %s with the same error', async (_what, idOn) => {
    await using server = await McpServer.start();
    await using client = await TaskClient.connect(server.url);
    const taskId = await idOn(server);
    expect(await errorOf(client.request(method, { taskId, inputResponses: {} }))).toEqual(NOT_FOUND);
  });

  test('refuses a client that does not declare tasks', async () => {
    await using question = await asked();
    await using client = await TaskClient.connect(question.server.url, { knowsTasks: false });
    const request = client.request(method, { taskId: question.taskId, inputResponses: {} });
    expect(await errorOf(request)).toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
    });
  });
});

describe('a client that does not declare tasks', () => {
  test.each(CLIENTS)('never gets one: $kind', async ({ connect }) => {
    await using server = await McpServer.start({ timing: { waitSeconds: 0.05 } });
    await using client = await connect(server.url);
    expect(await client.call('ask_question', { question_text: 'Which port?' })).toMatchObject({
      structuredContent: { status: 'pending' },
    });
  });

  test('is not told of tasks in a session', async () => {
    await using server = await McpServer.start();
    let initialized = '';
    const recordingFetch: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      if (initialized === '') initialized = await response.clone().text();
      return response;
    };
    await using _client = await STREAMABLE.connect(server.url, { fetch: recordingFetch });
    expect(initialized).toContain('"capabilities"');
    expect(initialized).not.toContain('tasks');
  });
});
