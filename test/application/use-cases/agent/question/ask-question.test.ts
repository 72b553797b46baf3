import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSession } from '../../../../../src/application/use-cases/agent/end-session.ts';
import { askQuestion } from '../../../../../src/application/use-cases/agent/question/ask-question.ts';
import { instanceIdOf, messageIdOf, NOW } from '../../../../support/builders.ts';
import { InMemoryApplication, refusal, stranger } from '../../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };

let application: InMemoryApplication;

beforeEach(() => {
  vi.useFakeTimers();
  application = new InMemoryApplication();
});

afterEach(() => {
  expect(application.signals.size, 'no subscription is left behind').toBe(0);
  expect(vi.getTimerCount(), 'no timer is left behind').toBe(0);
  vi.useRealTimers();
});

type Options = Parameters<InMemoryApplication['call']>[2];

/** Asks a question, and returns once it waits. */
async function waiting(input: object = {}, options: Options = {}) {
  const raw = { ...INSTANCE, agent_type: 'claude-code', question_text: 'Which port?', ...input };
  const answer = application.call(askQuestion, raw, options);
  answer.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { answer };
}

/** Asks a question and returns its result. */
const ask = async (input?: object, options?: Options) => (await waiting(input, options)).answer;

const goOn = (question_id: string, more: object = {}) => ({
  agent_instance_id: null,
  question_text: null,
  question_id,
  ...more,
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

describe('ask_question', () => {
  test('waits for the answer and returns it', async () => {
    const { answer } = await waiting();
    await pass(40);
    await application.queue('8080');
    expect(await answer).toEqual({
      answer: '8080',
      question_id: expect.any(String),
      agent_instance_id: instanceIdOf(1),
      status: 'answered',
      outcome: {
        question_id: expect.any(String),
        status: 'answered',
        values: null,
        form: null,
        decided_by: 'person',
        via: null,
        answered_at: NOW.toISOString(),
      },
      user_feedback: [],
      more: false,
      redelivered: false,
      outcomes: [],
      stop_requested: null,
    });
  });

  test('returns pending after 50 seconds, and waits again when called with the question id', async () => {
    const { answer } = await waiting();
    await pass(50);
    const { status, question_id, answer: none } = await answer;
    expect([status, none]).toEqual(['pending', null]);

    const { answer: later } = await waiting(goOn(question_id));
    await pass(30);
    await application.queue('8080');
    expect(await later).toMatchObject({ status: 'answered', answer: '8080', question_id });
  });

  test('returns an answer that was given meanwhile at once, every time', async () => {
    const { question_id } = await ask({ wait_seconds: 0 });
    await application.queue('8080');
    const first = await ask(goOn(question_id, { wait_seconds: 0 }));
    expect(first).toMatchObject({ status: 'answered', answer: '8080' });
    expect(await ask(goOn(question_id))).toEqual({ ...first, redelivered: true });
  });

  test('waits as long as wait_seconds says, up to a day', async () => {
    const { answer } = await waiting({ wait_seconds: 86_400 });
    await pass(86_000);
    await application.queue('at last');
    expect((await answer).answer).toBe('at last');
  });

  test('returns as feedback what was queued before it, without the answer', async () => {
    await application.step();
    await application.queue('mind the tests');
    const { answer } = await waiting();
    await application.queue('8080');
    const told = await answer;
    expect(told).toMatchObject({ answer: '8080', user_feedback: ['mind the tests'] });
    expect((await ask(goOn(told.question_id))).user_feedback).toEqual(['mind the tests']);
  });

  test('says whether the person has written more', async () => {
    await application.step();
    for (const mark of 'abc') await application.queue(mark.repeat(400_000));
    const first = await ask({ wait_seconds: 0 });
    expect([first.user_feedback.length, first.more]).toEqual([2, true]);
    expect(await application.step()).toMatchObject({ queued_user_messages: [{}], more: false });
  });

  test('marks feedback that is repeated to a call with the question id', async () => {
    await application.step();
    await application.queue('mind the tests');
    const first = await ask({ wait_seconds: 0 });
    expect(first).toMatchObject({ user_feedback: ['mind the tests'], redelivered: false });
    const again = await ask(goOn(first.question_id, { wait_seconds: 0 }));
    expect(again).toEqual({ ...first, redelivered: true });
  });

  test('marks an answer that a step was handed before', async () => {
    const { question_id } = await ask({ wait_seconds: 0 });
    await application.queue('8080');
    expect((await application.step()).queued_user_messages).toMatchObject([{ content: '8080' }]);
    expect(await ask(goOn(question_id))).toMatchObject({ answer: '8080', redelivered: true });
  });

  test('attaches the same text to the open question, and every waiting caller gets the answer', async () => {
    const first = await waiting();
    const second = await waiting();
    await application.queue('8080');
    const [one, two] = await Promise.all([first.answer, second.answer]);
    expect(one).toMatchObject({ answer: '8080', redelivered: false });
    expect(two).toEqual({ ...one, redelivered: true });
  });

  test('creates an instance if none is given', async () => {
    const { agent_instance_id } = await ask({ agent_instance_id: null, wait_seconds: 0 });
    expect(agent_instance_id).not.toBe(instanceIdOf(1));
  });

  test('returns closed when the instance ends meanwhile', async () => {
    const { answer } = await waiting();
    await application.call(endSession, INSTANCE);
    expect(await answer).toMatchObject({ status: 'closed', answer: null });
  });

  test('stops waiting when the client disconnects, and leaves the question open', async () => {
    const gone = new AbortController();
    const { answer } = await waiting({}, { clientGone: gone.signal });
    gone.abort();
    const { question_id, status } = await answer;
    expect(status).toBe('pending');
    await application.queue('8080');
    expect((await ask(goOn(question_id))).answer).toBe('8080');
  });

  test('returns pending when the server is stopping', async () => {
    const { answer } = await waiting();
    application.stopping.abort();
    expect((await answer).status).toBe('pending');
  });

  test('stops waiting when the instance is deleted', async () => {
    const { answer } = await waiting();
    const refused = refusal(answer);
    await application.delete();
    expect(await refused).toMatchObject({ code: 'instance_deleted' });
  });
});

describe('ask_question refuses', () => {
  test.each([
    ['neither text nor id', { question_text: null }],
    ['both text and id', { question_id: messageIdOf(1) }],
    ['an empty question', { question_text: ' \n' }],
    ['to wait longer than a day', { wait_seconds: 86_401 }],
    ['a negative wait', { wait_seconds: -1 }],
  ])('%s', async (_, input) => {
    expect(await refusal(ask(input))).toMatchObject({
      code: 'invalid_input',
    });
  });

  test('a malformed id', async () => {
    expect(await refusal(ask(goOn('{braces}')))).toMatchObject({ code: 'invalid_id', field: 'question_id' });
  });

  test("an unknown question, a step and another user's question in the same way", async () => {
    const { message_id: step } = await application.step();
    const { question_id } = await ask({ wait_seconds: 0 });
    const outcomes = await Promise.all(
      [
        application.call(askQuestion, { question_id: messageIdOf(99) }),
        application.call(askQuestion, { question_id: step }),
        application.call(askQuestion, { question_id }, { caller: stranger }),
      ].map(refusal),
    );
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ code: 'question_not_found' });
  });

  test('a new instance without an agent type', async () => {
    expect(await refusal(application.call(askQuestion, { ...INSTANCE, question_text: 'x' }))).toMatchObject({
      code: 'agent_type_required',
    });
  });
});
