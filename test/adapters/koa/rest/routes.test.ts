import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fieldsOf, TestServer } from '../test-server.ts';

const MESSAGE_FIELDS = ['content', 'created_at', 'id', 'requires_user_input', 'sender_type'];
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UUID_V7 = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);

let server: TestServer;
let instance: string;

beforeEach(async () => {
  server = await TestServer.start();
  instance = randomUUID();
});
afterEach(() => server[Symbol.asyncDispose]());

const step = async (content: string, more: object = {}) => {
  const body = { agent_instance_id: instance, content, agent_type: 'claude-code', ...more };
  return server.call('POST', '/messages/agent', { body });
};
const stepId = async (content: string) =>
  (await fieldsOf<{ message_id: string }>(await step(content))).message_id;
const say = (content: string, more: object = {}) =>
  server.call('POST', '/messages/user', {
    body: { agent_instance_id: instance, content, mark_as_read: false, ...more },
  });

describe('each agent route returns its fields', () => {
  test('POST /messages/agent creates the instance, and returns queued messages with exactly five fields', async () => {
    const first = await step('started');
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await first.json()).toEqual({
      success: true,
      agent_instance_id: instance,
      message_id: UUID_V7,
      queued_user_messages: [],
      git_diff_status: null,
      step_number: 1,
      more: false,
      redelivered: false,
      outcomes: [],
      stop_requested: null,
    });
    await say('look here');
    const second = await step('next', { git_diff: 'diff --git a/a b/a\n' });
    const { queued_user_messages: queued, git_diff_status } = await fieldsOf<{
      queued_user_messages: object[];
      git_diff_status: string;
    }>(second);
    expect(git_diff_status).toBe('stored');
    expect(queued).toEqual([
      {
        id: UUID_V7,
        content: 'look here',
        sender_type: 'USER',
        created_at: TIME,
        requires_user_input: false,
      },
    ]);
    expect(Object.keys(queued[0] ?? {}).sort()).toEqual(MESSAGE_FIELDS);
  });

  test('GET and POST /messages/pending return the same, and neither is cached', async () => {
    const cursor = await stepId('started');
    const query = new URLSearchParams({
      agent_instance_id: instance,
      last_read_message_id: cursor,
      wait: '0',
    });
    const got = await server.call('GET', `/messages/pending?${query}`);
    expect(got.status).toBe(200);
    expect(got.headers.get('cache-control')).toBe('no-store');
    expect(await got.json()).toEqual({
      agent_instance_id: instance,
      messages: [],
      more: false,
      status: 'ok',
      already_read: [],
      outcomes: [],
      stop_requested: null,
      instance_status: 'ACTIVE',
    });
    await say('hello');
    const posted = await server.call('POST', '/messages/pending', {
      body: Object.fromEntries([...query, ['wait', 0]]),
    });
    expect(posted.headers.get('cache-control')).toBe('no-store');
    const { messages } = await fieldsOf<{ messages: object[] }>(posted);
    expect(messages.map((message) => Object.keys(message).sort())).toEqual([MESSAGE_FIELDS]);
  });

  test('PATCH /messages/{id}/request-input turns a step into a question, without a body', async () => {
    const id = await stepId('shall I?');
    const asked = await server.call('PATCH', `/messages/${id}/request-input`);
    expect(asked.status).toBe(200);
    expect(await asked.json()).toEqual({
      success: true,
      message_id: id,
      agent_instance_id: instance,
      messages: [],
      more: false,
      outcomes: [],
      stop_requested: null,
      status: 'ok',
    });
    const again = await server.call('PATCH', `/messages/${id}/request-input`);
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({
      code: 'already_requires_user_input',
      detail: 'Message already requires user input',
    });
  });

  test('POST /messages/user', async () => {
    await step('started');
    const said = await say('hi', { mark_as_read: undefined });
    expect(said.status).toBe(200);
    expect(await said.json()).toEqual({
      success: true,
      message_id: UUID_V7,
      marked_as_read: true,
      stop_requested: null,
    });
  });

  test('POST /sessions/end', async () => {
    await step('started');
    const ended = await server.call('POST', '/sessions/end', { body: { agent_instance_id: instance } });
    expect(ended.status).toBe(200);
    expect(await ended.json()).toEqual({
      success: true,
      agent_instance_id: instance,
      final_status: 'COMPLETED',
      stop_requested: null,
    });
  });

  test('POST /agent-instances returns 201, and 409 if the instance exists', async () => {
    const body = {
      agent_type: 'Codex',
      agent_instance_id: instance.toUpperCase(),
      name: 'night run',
      transport: 'stdio',
    };
    const made = await server.call('POST', '/agent-instances', { body });
    expect(made.status).toBe(201);
    expect(await made.json()).toEqual({
      agent_instance_id: instance,
      agent_type_id: UUID_V7,
      agent_type_name: 'codex',
      status: 'ACTIVE',
      name: 'night run',
      instance_metadata: { transport: 'stdio' },
    });
    const again = await server.call('POST', '/agent-instances', { body });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ detail: 'Agent instance already exists' });
  });

  test('POST /agents/instances/{id}/heartbeat accepts an empty body with a JSON Content-Type', async () => {
    await step('started');
    const headers = { 'content-type': 'application/json' };
    const beat = await server.call('POST', `/agents/instances/${instance}/heartbeat`, { headers });
    expect(beat.status).toBe(200);
    expect(await beat.json()).toEqual({
      agent_instance_id: instance,
      last_heartbeat_at: TIME,
      stop_requested: null,
    });
  });

  test('GET /auth/verify accepts a token of any scope', async () => {
    const verified = await server.call('GET', '/auth/verify', {
      headers: { authorization: 'bearer ann-dashboard' },
    });
    expect(verified.status).toBe(200);
    expect(await verified.json()).toEqual({
      success: true,
      user_id: 'ann',
      email: null,
      display_name: null,
      message: null,
      scopes: ['dashboard'],
      expires_at: '2030-01-01T00:00:00.000Z',
      agent_instance_id: null,
    });
  });
});

describe('a path parameter', () => {
  test('cannot be overridden by the body', async () => {
    await step('started');
    const body = { agent_instance_id: randomUUID() };
    const beat = await server.call('POST', `/agents/instances/${instance}/heartbeat`, { body });
    expect(await beat.json()).toMatchObject({ agent_instance_id: instance });
  });

  test('may be upper case, without hyphens or percent-encoded', async () => {
    await step('started');
    for (const id of [instance.toUpperCase(), instance.replaceAll('-', ''), instance.replace('-', '%2D')]) {
      const beat = await server.call('POST', `/agents/instances/${id}/heartbeat`);
      expect(await beat.json()).toMatchObject({ agent_instance_id: instance });
    }
  });
});

describe('an unknown instance', () => {
  const cases: [method: string, path: (id: string) => string, body: boolean, status: number][] = [
    ['GET', (id) => `/messages/pending?agent_instance_id=${id}`, false, 400],
    ['POST', () => '/messages/pending', true, 400],
    ['POST', () => '/messages/user', true, 400],
    ['POST', () => '/sessions/end', true, 400],
    ['POST', (id) => `/agents/instances/${id}/heartbeat`, false, 404],
  ];

  test.each(cases)(
    '%s %s returns the error that existing clients expect, also for another user’s instance',
    async (method, path, withBody, status) => {
      await step('started');
      const answers = [];
      for (const [id, token] of [
        [randomUUID(), 'ann'],
        [instance, 'bob'],
      ] as const) {
        const body = withBody ? { agent_instance_id: id, content: 'hi' } : undefined;
        const answer = await server.call(method, path(id), {
          body,
          headers: { authorization: `Bearer ${token}` },
        });
        const { request_id, ...problem } = await fieldsOf(answer);
        expect(request_id).toBe(answer.headers.get('x-request-id'));
        answers.push({ status: answer.status, problem });
      }
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ status, problem: { status, detail: 'Agent instance not found' } });
    },
  );

  test('POST /messages/agent requires agent_type', async () => {
    const answer = await step('started', { agent_type: undefined });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'agent_type_required',
      detail: 'agent_type is required when creating new instance',
    });
  });

  test('PATCH /messages/{id}/request-input returns the same error for another user’s message and an unknown one', async () => {
    const id = await stepId('mine');
    const headers = { authorization: 'Bearer bob' };
    for (const target of [id, randomUUID()]) {
      const answer = await server.call('PATCH', `/messages/${target}/request-input`, { headers });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ detail: 'Agent message not found or access denied' });
    }
  });
});
