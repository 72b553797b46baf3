/**
 * The tests of the application. They use the in-memory store, and accept the user's name as a token.
 * To run them: `npm i --save-dev @modelcontextprotocol/client && node --test`
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createDashboard, unauthenticated, userId } from '@agent-dashboard/server';
import { inMemoryStore } from '@agent-dashboard/server/in-memory';
import { InProcessSignals } from '@agent-dashboard/server/signals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createApp } from './app.ts';

const app = createApp({
  dashboard: createDashboard({ store: inMemoryStore(new InProcessSignals()) }),
  tokens: {
    verify(token) {
      if (token === '') throw unauthenticated();
      return { userId: userId(token), scopes: ['agent', 'dashboard'] };
    },
  },
});
let url: string;
before(async () => {
  url = await app.listen({ port: 0 });
});
after(() => app.close());

const call = (path: string, body?: object, token = 'ada') =>
  fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });

async function callTool(name: string, args: { [name: string]: unknown }): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const requestInit = { headers: { authorization: 'Bearer ada' } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  try {
    return (await client.callTool({ name, arguments: args })).structuredContent;
  } finally {
    await client.close();
  }
}

test('the application answers its own routes', async () => {
  assert.deepEqual(await (await call('/')).json(), { application: 'its own' });
});

test('a route of the application sees a step sent over MCP and a question sent over REST', async () => {
  const id = randomUUID();
  const step = { agent_instance_id: id, step_description: 'Looked around' };
  assert.deepEqual(await callTool('log_step', step), {
    success: true,
    agent_instance_id: id,
    step_number: 1,
    user_feedback: [],
    more: false,
    redelivered: false,
    outcomes: [],
    stop_requested: null,
  });
  const question = { agent_instance_id: id, content: 'Which port?', requires_user_input: true };
  assert.equal((await call('/api/v1/messages/agent', question)).status, 200);
  const openQuestions = await call('/users/ada/open-questions');
  assert.deepEqual(await openQuestions.json(), [{ id, question: 'Which port?' }]);
  assert.deepEqual(await (await call('/users/eve/open-questions')).json(), []);
});

test('an answer given over REST reaches the agent that waits over REST', async () => {
  const id = randomUUID();
  const question = await call('/api/v1/messages/agent', {
    agent_instance_id: id,
    agent_type: 'cron',
    content: 'Go on?',
    requires_user_input: true,
  });
  const { message_id: last_read_message_id } = (await question.json()) as { message_id: string };
  const waitingCall = call('/api/v1/messages/pending', {
    agent_instance_id: id,
    last_read_message_id,
    wait: 30,
  });
  await call(`/api/v1/agent-instances/${id}/messages`, { content: 'Yes' });
  const { messages } = (await (await waitingCall).json()) as { messages: { content: string }[] };
  assert.deepEqual(
    messages.map(({ content }) => content),
    ['Yes'],
  );
});

test('a request without a token is refused with the dashboard’s own error', async () => {
  const response = await fetch(`${url}/api/v1/messages/agent`, { method: 'POST', body: '{' });
  assert.equal(response.status, 401);
  assert.equal(((await response.json()) as { code: string }).code, 'unauthenticated');
});
