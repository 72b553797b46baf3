import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AgentSession, DashboardError } from '../../../src/adapters/client/client.ts';
import { begin } from './asking.ts';
import { ClientServer } from './client-server.ts';

let server: ClientServer;
let session: AgentSession;
beforeAll(async () => {
  server = await ClientServer.start();
});
beforeEach(() => {
  session = server.agent.session({ agent_type: 'script' });
});
afterAll(() => server[Symbol.asyncDispose]());

const answer = (questionId: string, content: object) =>
  server.asPerson('POST', `/questions/${questionId}/answer`, { via: 'test', ...content });
const asked = (question_id: string) => ({ agent_instance_id: session.agentInstanceId, question_id });
const FORM = {
  type: 'object',
  properties: { port: { type: 'integer' }, tls: { type: 'boolean' } },
  required: ['port'],
} as const;

describe('the answer to a question', () => {
  test('with options has the values of the chosen ones, and says who chose them and where', async () => {
    const options = [{ label: 'Staging', value: 'staging', description: 'Safe' }, 'Production'] as const;
    const { questionId, result } = await begin((more) =>
      session.ask({ text: 'Where?', options, multiple: true, min: 1 }, more),
    );
    await answer(questionId, { values: ['Production', 'staging'] });
    expect(await result).toMatchObject({
      status: 'answered',
      answer: { content: 'Staging, Production' },
      values: ['staging', 'Production'],
      form: null,
      outcome: { question_id: questionId, decided_by: 'person', via: 'test' },
    });
    expect(await server.agent.ask(asked(questionId))).toMatchObject({ values: ['staging', 'Production'] });
  });

  test('with options has no values if the person typed another answer', async () => {
    const { questionId, result } = await begin((more) =>
      session.ask({ text: 'Where?', options: ['Here', 'There'] }, more),
    );
    await answer(questionId, { content: 'Nowhere' });
    expect(await result).toMatchObject({ answer: { content: 'Nowhere' }, values: null });
  });

  test('with a form has the values of the fields', async () => {
    const { questionId, result } = await begin((more) => session.ask({ text: 'How?', form: FORM }, more));
    await answer(questionId, { form: { port: 8081, tls: true } });
    expect(await result).toMatchObject({ values: null, form: { port: 8081, tls: true } });
  });

  test('is the default if nobody answers in time', async () => {
    const { questionId, result } = await begin((more) =>
      session.ask(
        {
          text: 'Where?',
          options: ['Here', 'There'],
          expires_in_seconds: 60,
          on_expiry: 'default',
          default_answer: ['There'],
        },
        more,
      ),
    );
    await server.untilCallsWait(1);
    await server.passDeadline(asked(questionId));
    expect(await result).toMatchObject({
      status: 'defaulted',
      answer: { content: 'There' },
      values: ['There'],
      outcome: { decided_by: 'default', via: null },
    });
  });
});

describe('a wait ends at once', () => {
  const NO_ANSWER = { answer: null, values: null, form: null, outcomes: [] };

  test('when the question expires, also if another wait of the agent is told first', async () => {
    const question = { text: 'Still there?', expires_in_seconds: 60 };
    const waits = [];
    for (const count of [1, 2]) {
      waits.push(await begin((more) => session.ask(question, more)));
      await server.untilCallsWait(count);
    }
    const { questionId } = waits[0]!;
    await server.passDeadline(asked(questionId));
    for (const { result } of waits) {
      expect(await result).toMatchObject({
        ...NO_ANSWER,
        status: 'expired',
        outcome: { question_id: questionId, status: 'expired', decided_by: null, answered_at: null },
      });
    }
  });

  test('when the agent takes the question back', async () => {
    const { questionId, result } = await begin((more) => session.ask('Still needed?', more));
    await server.untilCallsWait(1);
    await server.agent.withdrawQuestion({ question_id: questionId });
    expect(await result).toMatchObject({ ...NO_ANSWER, status: 'withdrawn' });
  });

  test('when another question takes its place', async () => {
    const { questionId, result } = await begin((more) => session.ask('Now?', more));
    await server.untilCallsWait(1);
    await session.ask({ text: 'Now or later?', supersedes: questionId }, { deadline: new Date() });
    expect(await result).toMatchObject({ status: 'withdrawn', outcome: { status: 'withdrawn' } });
  });
});

test('a question returns how others ended that nobody waited for', async () => {
  const late = { text: 'Ready?', expires_in_seconds: 60 };
  const { question_id } = await session.ask(late, { deadline: new Date() });
  await server.passDeadline(asked(question_id));
  const next = () => session.ask('Go on?', { deadline: new Date() });
  expect((await next()).outcomes).toMatchObject([{ question_id, status: 'expired' }]);
  expect((await next()).outcomes).toEqual([]);
});

test('the error of a question that is over says how it ended', async () => {
  const { questionId, result } = await begin((more) => session.ask('Which?', more));
  await answer(questionId, { content: 'This' });
  await result;
  const error = await server.agent.withdrawQuestion({ question_id: questionId }).catch((each) => each);
  expect(error).toBeInstanceOf(DashboardError);
  expect(error).toMatchObject({
    code: 'already_answered',
    answer: { content: 'This' },
    outcome: { question_id: questionId, status: 'answered', via: 'test' },
  });
});
