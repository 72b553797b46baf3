import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '../support/servers/agent-dashboard.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { AgentClient } from './agent-client.ts';
import { freshStore, type Store, type StoreKind, storedMessages } from './stores.ts';

const SETUPS: [title: string, kind: StoreKind, processes: 1 | 2][] = [
  ['one process with its embedded database', 'PGlite', 1],
  ['two processes on one PostgreSQL', 'PostgreSQL', 2],
];

describe.each(SETUPS)('%s', (_title, kind, processes) => {
  let store: Store;
  /** The agent's server, and the server where the user's answers arrive. */
  let atAgent: RunningServer;
  let atPerson: RunningServer;

  beforeAll(async () => {
    store = await freshStore(kind);
    await startServers();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  async function startServers(): Promise<void> {
    // Both at once on an empty store: they have to agree on a signing key and on who migrates.
    const started = await Promise.all(
      Array.from({ length: processes }, () => RunningServer.start(store.env)),
    );
    atAgent = started[0]!;
    atPerson = started[1] ?? atAgent;
  }

  test('ending a session at one process ends its wait at the other at once', async () => {
    const agent = new AgentClient(atAgent, randomUUID());
    const question = await agent.ask('anybody there?');
    const waiting = await agent.waiting(question.id);
    const endedAt = performance.now();
    await new AgentClient(atPerson, agent.instance).end();
    expect(await waiting.answer).toMatchObject({ messages: [], instanceStatus: 'COMPLETED' });
    expect(performance.now() - endedAt).toBeLessThan(10_000);
  });

  test('an instance of another user is answered like one that does not exist', async () => {
    const { instance } = new AgentClient(atAgent, randomUUID());
    await new AgentClient(atAgent, instance).say('mine');
    const token = await issueToken(store.env, '--user', 'mallory');
    const answers = [];
    for (const id of [instance, randomUUID()]) {
      const answer = await atPerson.call('POST', '/messages/user', {
        token,
        body: { agent_instance_id: id, content: 'hello' },
      });
      const { request_id: _, ...problem } = (await answer.json()) as { request_id: string };
      answers.push({ status: answer.status, type: answer.headers.get('content-type'), problem });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 400, problem: { detail: 'Agent instance not found' } });
    expect((await new AgentClient(atAgent, instance).say('next')).queued).toEqual([]);
  });

  const step = { content: 'hi', agent_type: 'codex' };
  test.each([
    ['a wrong token', 401, 'unauthenticated', { token: 'wrong', body: step }],
    ['no token', 401, 'unauthenticated', { token: null, body: step }],
    ['NUL', 400, 'invalid_character', { body: { ...step, content: 'a\0b' } }],
    ['broken JSON', 400, 'invalid_json', { body: '{"content": "hi' }],
    ['no agent_type for a new instance', 400, 'agent_type_required', { body: { content: 'hi' } }],
    ['nothing but white space', 422, 'invalid_input', { body: { ...step, content: ' \n' } }],
  ] as const)('%s is answered %i %s', async (_name, status, code, { body, ...call }) => {
    const sent = typeof body === 'string' ? body : { agent_instance_id: randomUUID(), ...body };
    const answer = await atAgent.call('POST', '/messages/agent', { ...call, body: sent });
    const problem = await answer.json();
    expect(problem).toMatchObject({ status, code, detail: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
    if (code === 'agent_type_required') {
      expect(problem).toMatchObject({ detail: 'agent_type is required when creating new instance' });
    }
  });

  test('the dashboard token may not send agent messages', async () => {
    const answer = await atAgent.call('POST', '/messages/agent', {
      token: atAgent.dashboardToken,
      body: step,
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'insufficient_scope' });
  });

  // The last test, because it leaves no server running.
  test('a session runs from its first step to its end, and survives a crash', async () => {
    const token = atAgent.agentToken;
    const agent = new AgentClient(atAgent, randomUUID(), token);
    const person = new AgentClient(atPerson, agent.instance, token);

    const step = await agent.say('reading the code');
    expect(step.queued).toEqual([]);
    await person.answer('mind the tests');
    const question = await agent.ask('delete the old branch?');
    expect(question.queued.map(({ content }) => content)).toEqual(['mind the tests']);

    const waiting = await agent.waiting(question.id);
    const answeredAt = performance.now();
    const answerId = await person.answer('yes, go on');
    const { messages, status, instanceStatus } = await waiting.answer;
    expect(performance.now() - answeredAt).toBeLessThan(10_000);
    expect(messages).toMatchObject([{ id: answerId, content: 'yes, go on', sender_type: 'USER' }]);
    expect({ status, instanceStatus }).toEqual({ status: 'ok', instanceStatus: 'ACTIVE' });

    expect((await agent.say('deleted it')).queued).toEqual([]);
    expect(await agent.end()).toMatchObject({ success: true, final_status: 'COMPLETED' });

    await Promise.all([atAgent.kill9(), atPerson.kill9()]);
    await startServers();
    // The signing key is the same as before, so the old token is valid.
    const later = new AgentClient(atPerson, agent.instance, token);
    expect(await later.pending({ last_read_message_id: question.id })).toMatchObject({
      status: 'stale',
      messages: [],
      alreadyRead: [{ id: answerId, content: 'yes, go on' }],
      instanceStatus: 'COMPLETED',
    });

    await Promise.all([atAgent.stop(), atPerson.stop()]);
    const kept = await storedMessages(store.env);
    expect(kept.filter((message) => message.agent_instance_id === agent.instance)).toMatchObject(
      [
        ['AGENT', 'reading the code', step.id],
        ['USER', 'mind the tests', expect.any(String)],
        ['AGENT', 'delete the old branch?', question.id],
        ['USER', 'yes, go on', answerId],
        ['AGENT', 'deleted it', expect.any(String)],
      ].map(([sender_type, content, id], nth) => ({ position: nth + 1, sender_type, content, id })),
    );
  });
});
