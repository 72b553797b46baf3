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

/** Asks a question. Resolves when the server has the question and `waiters` calls wait. */
async function asking(agent: AgentSession, content: string, waiters = 1) {
  const { promise: id, resolve } = Promise.withResolvers<string>();
  const result = agent.ask(content, { onAsked: resolve });
  result.catch(() => undefined);
  const questionId = await id;
  await server.untilCallsWait(waiters);
  return { questionId, result };
}

describe('a question', () => {
  test('is answered during the wait, and the person sees that the agent has read the answer', async () => {
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
      values: null,
      form: null,
      outcome: {
        question_id: questionId,
        status: 'answered',
        values: null,
        form: null,
        decided_by: 'person',
        via: null,
        answered_at: answer.created_at,
      },
      queued_user_messages: [],
      messages: [],
      outcomes: [],
      stop_requested: null,
      more: false,
      redelivered: false,
    });
    const page = await server.person.people.messages({ agent_instance_id: agent.agentInstanceId });
    expect(page.at(-1)).toMatchObject({ id: answer.id, read_at: expect.any(String) });
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });

  test('gets more than one hand-off before its answer, also when the wait begins again', async () => {
    const agent = session();
    await agent.sendMessage('begin');
    for (const mark of 'abcde') await write(agent, mark.repeat(400_000));
    const { promise: id, resolve } = Promise.withResolvers<string>();
    const result = agent.ask('Deploy?', { onAsked: resolve });
    const question_id = await id;
    await write(agent, 'yes', question_id);

    const marks = (messages: readonly { content: string }[]) => messages.map(({ content }) => content[0]);
    const { queued_user_messages, messages, answer, more } = await result;
    expect([marks(queued_user_messages), marks(messages), answer?.content, more]).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
      'yes',
      false,
    ]);
    const again = await server.agent.ask({ agent_instance_id: agent.agentInstanceId, question_id });
    expect([marks(again.messages), again.answer?.content]).toEqual([['c', 'd', 'e'], 'yes']);
  });

  test('is not answered by a message that was queued before it', async () => {
    const agent = session();
    await agent.sendMessage('begin');
    await write(agent, 'yes, do it');
    const { questionId, result } = await asking(agent, 'Delete everything?');
    await write(agent, 'no', questionId);
    const { answer, queued_user_messages } = await result;
    expect(queued_user_messages).toMatchObject([{ content: 'yes, do it' }]);
    expect(answer).toMatchObject({ content: 'no' });
  });

  test('is not answered by the answer to an older question that arrives during the wait', async () => {
    const agent = session();
    const older = await server.agent.ask(
      { agent_instance_id: agent.agentInstanceId, agent_type: 'script', content: 'Delete the branch?' },
      { deadline: new Date() },
    );
    expect(older).toMatchObject({ status: 'pending', answer: null });
    const { questionId, result } = await asking(agent, 'Delete the database?');
    await write(agent, 'yes', older.question_id);
    await server.untilCallsWait(1);
    await write(agent, 'no', questionId);
    expect(await result).toMatchObject({ answer: { content: 'no' }, messages: [] });
    const { agent_instance_id, question_id } = older;
    expect(await server.agent.ask({ agent_instance_id, question_id })).toMatchObject({
      status: 'answered',
      answer: { content: 'yes' },
    });
  });

  test('returns other messages separately from its answer', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    await server.agent.sendMessage({ agent_instance_id: agent.agentInstanceId, content: 'still here' });
    await server.untilCallsWait(1);
    await Promise.all([write(agent, '8081', questionId), write(agent, 'and use TLS', undefined)]);
    const { answer, messages } = await result;
    const later = await agent.sendMessage('next');
    expect(answer).toMatchObject({ content: '8081' });
    expect([...messages, ...later.queued_user_messages].map(({ content }) => content)).toEqual([
      'and use TLS',
    ]);
  });

  test('is answered again by its id, and what was sent before is marked', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    await write(agent, '8081', questionId);
    await result;
    const asked = { agent_instance_id: agent.agentInstanceId, question_id: questionId };
    expect(await server.agent.ask(asked)).toEqual({ ...(await result), redelivered: true });
  });

  test('is closed when its session ends', async () => {
    const agent = session();
    const { result } = await asking(agent, 'Anybody?');
    await server.person.people.end(agent.agentInstanceId);
    expect(await result).toMatchObject({ status: 'closed', answer: null });
    expect(await agent.ask('Really nobody?')).toMatchObject({ status: 'closed' });
  });

  test('rejects when the person deletes the instance', async () => {
    const agent = session();
    const { result } = await asking(agent, 'Anybody?');
    await server.person.people.delete(agent.agentInstanceId);
    await expect(result).rejects.toMatchObject({ code: 'instance_deleted', status: 404 });
  });

  test('is not found if it was never asked, or is a step', async () => {
    const agent = session();
    const { message_id } = await agent.sendMessage('a step');
    for (const question_id of [randomUUID(), message_id]) {
      const asked = { agent_instance_id: agent.agentInstanceId, question_id };
      await expect(server.agent.ask(asked)).rejects.toMatchObject({ code: 'question_not_found' });
    }
  });
});

describe('a step that is sent during a wait', () => {
  test('does not take the answer from the wait, whichever call is handed it first', async () => {
    const agent = session();
    const { questionId, result } = await asking(agent, 'Which port?');
    for (let nth = 1; nth <= 5; nth += 1) await agent.sendMessage(`step ${nth}`);
    await server.untilCallsWait(1);
    await Promise.all([write(agent, '8081', questionId), agent.sendMessage('one more')]);
    expect(await result).toMatchObject({ status: 'answered', answer: { content: '8081' } });
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });
});

describe('several questions at once', () => {
  test('each get their own answer, in whatever order the answers come', async () => {
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

  test('with the same text are one question', async () => {
    const agent = session();
    const one = await asking(agent, 'Same?', 1);
    const other = await asking(agent, 'Same?', 2);
    expect(other.questionId).toBe(one.questionId);
    await write(agent, 'yes', one.questionId);
    for (const { result } of [one, other]) expect((await result).answer?.content).toBe('yes');
  });
});

describe('a question that is waited for again', () => {
  test('returns its answer, also if an earlier wait has returned it already', async () => {
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

  test('returns the other messages that a wait was handed before its process died', async () => {
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

  test('takes an answer that is still queued, so that no other call is handed it again', async () => {
    const agent = session();
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    await agent.sendMessage('meanwhile');
    await write(agent, '8081', question_id);
    const asked = { agent_instance_id: agent.agentInstanceId, question_id };
    expect((await server.agent.ask(asked)).answer?.content).toBe('8081');
    expect((await agent.sendMessage('next')).queued_user_messages).toEqual([]);
  });

  test('is found before a long conversation', async () => {
    const agent = session();
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    await write(agent, '8081', question_id);
    for (let nth = 0; nth < 260; nth += 1) await agent.sendMessage(`step ${nth}`);
    const asked = { agent_instance_id: agent.agentInstanceId, question_id };
    expect((await server.agent.ask(asked)).answer?.content).toBe('8081');
  });

  test('is found before a few messages whose texts fill more than one page', async () => {
    const agent = session();
    const { question_id } = await agent.ask('Which port?', { deadline: new Date() });
    await write(agent, '8081', question_id);
    for (let nth = 0; nth < 6; nth += 1) await agent.sendMessage(`${nth} ${'x'.repeat(900_000)}`);
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

  test('ends when its signal is aborted, with the signal’s reason, and the server stops waiting too', async () => {
    const agent = session();
    const stop = new AbortController();
    const { promise: asked, resolve } = Promise.withResolvers<string>();
    const waiting = agent.ask('Still there?', { signal: stop.signal, onAsked: resolve });
    await asked;
    await server.untilCallsWait(1);
    stop.abort(new Error('had enough'));
    await expect(waiting).rejects.toThrow('had enough');
    await server.untilCallsWait(0);
  });

  test('asks nothing if its signal is aborted before it begins', async () => {
    const agent = session();
    await agent.sendMessage('begin');
    await expect(agent.ask('Never?', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    const page = await server.person.people.messages({ agent_instance_id: agent.agentInstanceId });
    expect(page.map(({ content }) => content)).toEqual(['begin']);
  });
});
