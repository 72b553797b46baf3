import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSessionId } from '../../../../src/adapters/mcp/http/session-id.ts';
import {
  answerQuestion,
  listAgentInstances,
  readAgentInstance,
} from '../../../../src/application/use-cases/index.ts';
import type { UserId } from '../../../../src/domain/ids.ts';
import type { Caller } from '../../../../src/ports/tokens/token-verifier.ts';
import { McpServer } from '../mcp-server.ts';
import { ASKED_CLIENTS, continueSession, SESSION_CLIENTS, STATELESS_CLIENT } from './asked-client.ts';

let server: McpServer;
beforeEach(async () => {
  server = await McpServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const ANN: Caller = {
  userId: 'ann' as UserId,
  scopes: ['dashboard'],
  expiresAt: null,
  email: null,
  displayName: null,
};

const DEPLOY = {
  question_text: 'Where shall I deploy?',
  options: ['Staging', { label: 'Production', value: 'prod' }],
  elicit: true,
};

/** Answers the newest question, as the page does. */
async function answerOnPage(answer: object): Promise<void> {
  const { agent_instances } = await server.dispatch(listAgentInstances, { caller: ANN, input: {} });
  const { messages } = await server.dispatch(readAgentInstance, {
    caller: ANN,
    input: { agent_instance_id: agent_instances[0]!.id },
  });
  const question = messages.find(({ question_status }) => question_status === 'open');
  const input = { question_id: question!.id, ...answer, via: 'page' };
  await server.dispatch(answerQuestion, { caller: ANN, input });
}

describe.each(ASKED_CLIENTS)('%s', (_, connect) => {
  test.each([
    [
      'one of several options',
      { options: DEPLOY.options },
      { type: 'string', enum: ['Staging', 'prod'], enumNames: ['Staging', 'Production'] },
      'prod',
      { answer: 'Production', values: ['prod'] },
    ],
    [
      'some of several options',
      { options: ['a', 'b', 'c'], multiple: true, min: 1 },
      { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] }, minItems: 1, maxItems: 3 },
      ['a', 'c'],
      { answer: 'a, c', values: ['a', 'c'] },
    ],
    [
      'options that are written in the text',
      { question_text: 'Go on?\n[YES/NO]' },
      { type: 'string', enum: ['Yes', 'No'] },
      'No',
      { answer: 'No', values: ['No'] },
    ],
    ['a text', {}, { type: 'string', minLength: 1 }, 'On Mars', { answer: 'On Mars', values: null }],
  ])('the person can answer in place with %s', async (_name, question, schema, answer, expected) => {
    await using client = await connect(server.url);
    const result = client.call({ question_text: 'Where?', ...question, elicit: true });
    const shown = await client.nextShown();
    expect(shown.params).toMatchObject({ mode: 'form', requestedSchema: { properties: { answer: schema } } });
    shown.reply('accept', { answer });
    expect((await result).structuredContent).toMatchObject({
      status: 'answered',
      answer: expected.answer,
      outcome: { values: expected.values, via: 'mcp-test-client', decided_by: 'person' },
      redelivered: false,
    });
  });

  test('a form is shown with its fields, and its answer is that of the form', async () => {
    const form = {
      type: 'object',
      title: 'The port',
      properties: { port: { type: 'integer', minimum: 1 }, note: { type: 'string' } },
      required: ['port'],
    };
    await using client = await connect(server.url);
    const result = client.call({ question_text: 'Which port?', form, elicit: true });
    const shown = await client.nextShown();
    const { title: _title, ...schema } = form;
    expect(shown.params).toMatchObject({ message: 'Which port?\n\nThe port', requestedSchema: schema });
    shown.reply('accept', { port: 80 });
    expect((await result).structuredContent).toMatchObject({ outcome: { form: { port: 80 } } });
  });

  test.each(['decline', 'cancel'] as const)('after %s the question is open on the page', async (action) => {
    await using client = await connect(server.url);
    const result = client.call(DEPLOY);
    (await client.nextShown()).reply(action);
    await server.untilCallsWait(1);
    await answerOnPage({ values: ['prod'] });
    expect((await result).structuredContent).toMatchObject({
      answer: 'Production',
      outcome: { via: 'page' },
    });
  });

  test('an answer in place that does not fit counts as none', async () => {
    await using client = await connect(server.url);
    const form = { type: 'object', properties: { port: { type: 'integer', minimum: 1 } } };
    const result = client.call({ question_text: 'Which port?', form, elicit: true });
    (await client.nextShown()).reply('accept', { port: 0 });
    await server.untilCallsWait(1);
    await answerOnPage({ form: { port: 80 } });
    expect((await result).structuredContent).toMatchObject({ outcome: { form: { port: 80 }, via: 'page' } });
  });

  test('an answer in place comes too late after one on the page', async () => {
    await using client = await connect(server.url);
    const result = client.call(DEPLOY);
    const shown = await client.nextShown();
    await answerOnPage({ values: ['prod'] });
    shown.reply('accept', { answer: 'Staging' });
    expect((await result).structuredContent).toMatchObject({
      answer: 'Production',
      outcome: { via: 'page' },
    });
  });

  test.each([
    ['does not ask for it', { elicit: false }],
    ['says nothing about it', { elicit: undefined }],
    ['does not want to wait', { wait_seconds: 0 }],
  ])('nobody is asked in place if the call %s', async (_name, args) => {
    await using client = await connect(server.url);
    const result = await client.call({ ...DEPLOY, wait_seconds: 0.01, ...args });
    expect(result.structuredContent).toMatchObject({ status: 'pending' });
    expect(client.shownCount).toBe(0);
  });

  test('a secret is never asked for by a form', async () => {
    await using client = await connect(server.url);
    const form = { type: 'object', properties: { dbPassword: { type: 'string' } } };
    for (const question of [{ form }, { question_text: 'What is the API key?' }]) {
      const args = { question_text: 'What is it?', wait_seconds: 0.01, elicit: true, ...question };
      expect((await client.call(args)).structuredContent).toMatchObject({ status: 'pending' });
    }
    expect(client.shownCount).toBe(0);
  });

  test('a secret is asked for on the page, by its address', async () => {
    await using client = await connect(server.url, { elicitation: { form: {}, url: {} } });
    const result = client.call({ question_text: 'What is the API key?', elicit: true });
    const shown = await client.nextShown();
    expect(shown.params).toMatchObject({
      mode: 'url',
      url: expect.stringMatching(/^https:\/\/agents\.example\/#\/instances\/[0-9a-f-]{36}$/),
    });
    shown.reply('accept');
    await server.untilCallsWait(1);
    await answerOnPage({ content: 'sesame' });
    expect((await result).structuredContent).toMatchObject({ answer: 'sesame', outcome: { via: 'page' } });
  });

  test('what is no truth value is refused', async () => {
    await using client = await connect(server.url);
    const result = await client.call({ ...DEPLOY, elicit: 'perhaps' });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: 'invalid_input: elicit: must be true or false' }],
    });
  });
});

describe.each(SESSION_CLIENTS)('%s', (_, connect) => {
  test('an answer on the page takes the question back in place', async () => {
    await using client = await connect(server.url);
    const result = client.call(DEPLOY);
    const shown = await client.nextShown();
    await answerOnPage({ values: ['prod'] });
    expect((await result).structuredContent).toMatchObject({ answer: 'Production' });
    await shown.takenBack;
  });

  test('the end of the wait takes the question back in place, and the same text asks it again', async () => {
    await using client = await connect(server.url);
    const first = client.call({ ...DEPLOY, wait_seconds: 0.2 });
    const shown = await client.nextShown();
    const { structuredContent } = await first;
    expect(structuredContent).toMatchObject({ status: 'pending' });
    await shown.takenBack;
    const second = client.call({ ...DEPLOY, agent_instance_id: structuredContent!.agent_instance_id });
    (await client.nextShown()).reply('accept', { answer: 'Staging' });
    expect((await second).structuredContent).toMatchObject({
      status: 'answered',
      question_id: structuredContent!.question_id,
    });
  });
});

test('a session that goes on in another process is asked in place, too', async () => {
  const sessionId = createSessionId('Test Client', { elicitation: { form: {} } });
  await using client = await continueSession(sessionId)(server.url);
  const result = client.call(DEPLOY);
  (await client.nextShown()).reply('accept', { answer: 'Staging' });
  expect((await result).structuredContent).toMatchObject({ outcome: { via: 'mcp-test-client' } });
});

describe('stateless', () => {
  const [, connect] = STATELESS_CLIENT;

  test('a client that knows tasks is asked in place first, and gets a task if the person declines', async () => {
    const extensions = { 'io.modelcontextprotocol/tasks': {} };
    await using client = await connect(server.url, { extensions });
    const answered = client.call(DEPLOY);
    (await client.nextShown()).reply('accept', { answer: 'Staging' });
    expect((await answered).structuredContent).toMatchObject({ status: 'answered' });
    const declined = client.call({ ...DEPLOY, question_text: 'And then?' });
    (await client.nextShown()).reply('decline');
    // The library of the client refuses tasks.
    await expect(declined).rejects.toMatchObject({ code: 'UNSUPPORTED_RESULT_TYPE' });
  });
});
