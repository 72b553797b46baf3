import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AgentSession,
  type SessionSettings,
  StopRequestedError,
} from '../../../src/adapters/client/client.ts';
import { begin } from './asking.ts';
import { ClientServer } from './client-server.ts';

let server: ClientServer;
beforeAll(async () => {
  server = await ClientServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const start = async (settings: Partial<SessionSettings> = {}): Promise<AgentSession> => {
  const session = server.agent.session({ agent_type: 'script', ...settings });
  await session.sendMessage('begin');
  return session;
};
const stop = ({ agentInstanceId: id }: AgentSession, reason?: string) =>
  server.asPerson('POST', `/agent-instances/${id}/stop`, reason === undefined ? {} : { reason });
const withdrawNewQuestion = async (session: AgentSession) => {
  const question = { agent_instance_id: session.agentInstanceId, content: 'Really?' };
  const { message_id } = await server.agent.sendMessage({ ...question, requires_user_input: true });
  return session.withdrawQuestion(message_id);
};
const REQUESTED = { reason: 'Wrong branch', at: expect.any(String) };

describe('when the person requests a stop', () => {
  test('the results of all calls of a session say so', async () => {
    const session = await start();
    await stop(session, 'Wrong branch');
    const results = [
      await session.sendMessage('a step'),
      await session.heartbeat(),
      await session.ask('Really?'),
    ];
    for (const { stop_requested } of results) expect(stop_requested).toEqual(REQUESTED);
  });

  test('a wait ends at once, and the question stays open', async () => {
    const session = await start();
    const { questionId, result } = await begin((more) => session.ask('Which port?', more));
    await server.untilCallsWait(1);
    await stop(session, 'Wrong branch');
    expect(await result).toMatchObject({ status: 'pending', outcome: null, stop_requested: REQUESTED });
    await server.asPerson('POST', `/questions/${questionId}/answer`, { content: '8081' });
    const question = { agent_instance_id: session.agentInstanceId, question_id: questionId };
    expect(await server.agent.ask(question)).toMatchObject({ status: 'answered', stop_requested: REQUESTED });
  });
});

test('a session takes a question back, and then it cannot be answered', async () => {
  const session = await start();
  const { questionId, result } = await begin((more) => session.ask('Which port?', more));
  await server.untilCallsWait(1);
  expect(await session.withdrawQuestion(questionId)).toMatchObject({ status: 'withdrawn' });
  expect(await result).toMatchObject({ status: 'withdrawn', answer: null });
});

describe('in a session that throws on a stop', () => {
  test.each([
    ['a step', (session: AgentSession) => session.sendMessage('a step')],
    ['a heartbeat', (session: AgentSession) => session.heartbeat()],
    ['taking a question back', withdrawNewQuestion],
    ['a question', (session: AgentSession) => session.ask('Really?')],
  ])('%s rejects with the reason and the time', async (_what, call) => {
    const session = await start({ onStop: 'throw' });
    await stop(session, 'Wrong branch');
    const error = await call(session).catch((each) => each);
    expect(error).toBeInstanceOf(StopRequestedError);
    expect(error).toMatchObject({
      message: 'Stop was requested by the person: Wrong branch',
      ...REQUESTED,
      messages: [],
    });
  });

  test('a wait rejects at once', async () => {
    const session = await start({ onStop: 'throw' });
    const { result } = await begin((more) => session.ask('Which port?', more));
    await server.untilCallsWait(1);
    await stop(session);
    await expect(result).rejects.toMatchObject({
      message: 'Stop was requested by the person',
      reason: null,
    });
  });

  test('the error has the messages that came with it', async () => {
    const session = await start({ onStop: 'throw' });
    await server.person.people.write({ agent_instance_id: session.agentInstanceId, content: 'commit first' });
    await stop(session);
    await expect(session.sendMessage('a step')).rejects.toMatchObject({
      messages: [{ content: 'commit first' }],
    });
  });

  test('the end of its block ends the session, and the error is the one of the stop', async () => {
    let id = '';
    const run = async () => {
      await using session = await start({ onStop: 'throw' });
      id = session.agentInstanceId;
      await stop(session, 'Wrong branch');
      await session.sendMessage('a step');
    };
    await expect(run()).rejects.toBeInstanceOf(StopRequestedError);
    expect(await server.person.people.agentInstance({ agent_instance_id: id })).toMatchObject({
      status: 'COMPLETED',
      stop_requested: REQUESTED,
      stop_seen_at: expect.any(String),
    });
  });
});
