import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentSession } from '../../../src/adapters/client/client.ts';
import { ClientServer } from './client-server.ts';

let server: ClientServer;
beforeAll(async () => {
  server = await ClientServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const session = (): AgentSession => server.agent.session({ agent_type: 'script' });
const write = (agent: AgentSession, content: string, in_reply_to?: string) =>
  server.person.people.write({
    agent_instance_id: agent.agentInstanceId,
    content,
    ...(in_reply_to !== undefined && { in_reply_to }),
  });

/** Asks, and resolves when the question is asked and waited for. */
async function asking(agent: AgentSession, content: string, waiters = 1) {
  const { promise: id, resolve } = Promise.withResolvers<string>();
  const result = agent.ask(content, { onAsked: resolve });
  result.catch(() => undefined);
  const questionId = await id;
  await server.waiting(waiters);
  return { questionId, result };
}

describe('a question', () => {
  test('is answered while it is waited for; the person sees that the answer has arrived', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    const answer = await write(agent, '8081', questionId);
    expect(await result).toEqual({
      status: 'answered',
      question_id: questionId,
      agent_instance_id: agent.agentInstanceId,
      answer: {
        id: answer.id,
        content: '8081',
        sender_type: 'USER',
        created_at: answer.created_at,
        requires_user_input: false,
      },
      queued_user_messages: [],
      messages: [],
    });
    const page = await server.person.people.messages({ agent_instance_id: agent.agentInstanceId });
    expect(page.at(-1)).toMatchObject({ id: answer.id, read_at: expect.any(String) });
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });

  test('is never answered by what was queued before it', async () => {
    const agent = session();
    await agent.sendMessage('begin');
    await write(agent, 'yes, do it');
    const { questionId, result } = await asking(agent, 'Delete everything?');
    await write(agent, 'no', questionId);
    const { answer, queued_user_messages } = await result;
    expect(queued_user_messages).toMatchObject([{ content: 'yes, do it' }]);
    expect(answer).toMatchObject({ content: 'no' });
  });

  test('is not answered by the answer to an older one that arrives meanwhile', async () => {
    const agent = session();
    const older = await server.agent.ask(
      { agent_instance_id: agent.agentInstanceId, agent_type: 'script', content: 'Delete the branch?' },
      { deadline: new Date() },
    );
    expect(older).toMatchObject({ status: 'pending', answer: null });
    const { questionId, result } = await asking(agent, 'Delete the database?');
    await write(agent, 'yes', older.question_id);
    await server.waiting(1);
    await write(agent, 'no', questionId);
    expect(await result).toMatchObject({ answer: { content: 'no' }, messages: [] });
    const { agent_instance_id, question_id } = older;
    expect(await server.agent.ask({ agent_instance_id, question_id })).toMatchObject({
      status: 'answered',
      answer: { content: 'yes' },
    });
  });

  test('hands over what else was written, apart from its answer', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    await server.agent.sendMessage({ agent_instance_id: agent.agentInstanceId, content: 'still here' });
    await server.waiting(1);
    await Promise.all([write(agent, '8081', questionId), write(agent, 'and use TLS', undefined)]);
    const { answer, messages } = await result;
    const later = await agent.sendMessage('next');
    expect(answer).toMatchObject({ content: '8081' });
    expect([...messages, ...later.queued_user_messages].map(({ content }) => content)).toEqual([
      'and use TLS',
    ]);
  });

  test('is closed by the end of its session', async () => {
    const agent = session();
    const { result } = await asking(agent, 'Anybody?');
    await server.person.people.end(agent.agentInstanceId);
    expect(await result).toMatchObject({ status: 'closed', answer: null });
    expect(await agent.ask('Really nobody?')).toMatchObject({ status: 'closed' });
  });

  test('of an instance that its owner deletes is refused', async () => {
    const agent = session();
    const { result } = await asking(agent, 'Anybody?');
    await server.person.people.delete(agent.agentInstanceId);
    await expect(result).rejects.toMatchObject({ code: 'instance_deleted', status: 404 });
  });

  test('that was never asked is not found', async () => {
    const agent = session();
    const { message_id } = await agent.sendMessage('a step');
    for (const question_id of [randomUUID(), message_id]) {
      const asked = { agent_instance_id: agent.agentInstanceId, question_id };
      await expect(server.agent.ask(asked)).rejects.toMatchObject({ code: 'question_not_found' });
    }
  });
});

describe('a step that is sent while a question waits', () => {
  test('does not cost it its answer, whoever is handed that', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    for (let nth = 1; nth <= 5; nth += 1) await agent.sendMessage(`step ${nth}`);
    await server.waiting(1);
    await Promise.all([write(agent, '8081', questionId), agent.sendMessage('one more')]);
    expect(await result).toMatchObject({ status: 'answered', answer: { content: '8081' } });
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });
});

describe('several questions at once', () => {
  test('each get their own answer, in whatever order these come', async () => {
    const agent = session();
    const first = await asking(agent, 'First?', 1);
    const second = await asking(agent, 'Second?', 2);
    const third = await asking(agent, 'Third?', 3);
    await write(agent, 'two', second.questionId);
    await write(agent, 'one', first.questionId);
    await write(agent, 'three', third.questionId);
    const results = await Promise.all([first.result, second.result, third.result]);
    expect(results.map(({ answer }) => answer?.content)).toEqual(['one', 'two', 'three']);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('of the same text are one question', async () => {
    const agent = session();
    const one = await asking(agent, 'Same?', 1);
    const other = await asking(agent, 'Same?', 2);
    expect(other.questionId).toBe(one.questionId);
    await write(agent, 'yes', one.questionId);
    for (const { result } of [one, other]) expect((await result).answer?.content).toBe('yes');
  });
});

describe('a question that is waited for again', () => {
  test('is told its answer, also when an earlier wait was given it already', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    await write(agent, '8081', questionId);
    await result;
    const asked = { agent_instance_id: agent.agentInstanceId, question_id: questionId };
    for (let nth = 0; nth < 2; nth += 1) {
      expect(await server.agent.ask(asked)).toMatchObject({
        status: 'answered',
        answer: { content: '8081' },
      });
    }
  });

  test('gets what a wait that died had been handed beside it', async () => {
    const agent = session();
    const instance = { agent_instance_id: agent.agentInstanceId };
    const { message_id: question_id } = await server.agent.sendMessage({
      ...instance,
      agent_type: 'script',
      content: 'begin',
    });
    const { question_id: asked } = await agent.ask('Which port?', { deadline: new Date() });
    expect(asked).not.toBe(question_id);
    await write(agent, '8081', asked);
    await write(agent, 'and use TLS');
    // Another process of the same agent took them, and was killed.
    await server.agent.pendingMessages({ ...instance, last_read_message_id: asked });
    expect(await server.agent.ask({ ...instance, question_id: asked })).toMatchObject({
      answer: { content: '8081' },
      messages: [{ content: 'and use TLS' }],
    });
  });

  test('takes its answer over where that is still queued, so that nobody is told twice', async () => {
    const agent = session();
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    await agent.sendMessage('meanwhile');
    await write(agent, '8081', question_id);
    const asked = { agent_instance_id: agent.agentInstanceId, question_id };
    expect((await server.agent.ask(asked)).answer?.content).toBe('8081');
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });

  test('is found behind a long talk', async () => {
    const agent = session();
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    await write(agent, '8081', question_id);
    for (let nth = 0; nth < 260; nth += 1) await agent.sendMessage(`step ${nth}`);
    const asked = { agent_instance_id: agent.agentInstanceId, question_id };
    expect((await server.agent.ask(asked)).answer?.content).toBe('8081');
  });
});

describe('a wait', () => {
  test('ends at its deadline; the question stays open', async () => {
    const agent = session();
    const pending = await agent.ask('Later?', { deadline: new Date(Date.now() + 60) });
    expect(pending).toMatchObject({ status: 'pending', answer: null });
    await write(agent, 'now', pending.question_id);
    const { agent_instance_id, question_id } = pending;
    expect((await server.agent.ask({ agent_instance_id, question_id })).answer?.content).toBe('now');
  });

  test('ends with its signal, for the signal’s reason; the server is told', async () => {
    const agent = session();
    const stop = new AbortController();
    const { promise: asked, resolve } = Promise.withResolvers<string>();
    const waiting = agent.ask('Still there?', { signal: stop.signal, onAsked: resolve });
    await asked;
    await server.waiting(1);
    stop.abort(new Error('had enough'));
    await expect(waiting).rejects.toThrow('had enough');
    await server.waiting(0);
  });

  test('that is aborted before it begins asks nothing', async () => {
    const agent = session();
    await agent.sendMessage('begin');
    await expect(agent.ask('Never?', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    const page = await server.person.people.messages({ agent_instance_id: agent.agentInstanceId });
    expect(page.map(({ content }) => content)).toEqual(['begin']);
  });
});
