import { beforeEach, describe, expect, test } from 'vitest';
import { endSession } from '../../../../../src/application/use-cases/agent/end-session.ts';
import { postQuestion } from '../../../../../src/application/use-cases/agent/question/post-question.ts';
import { readQuestion } from '../../../../../src/application/use-cases/agent/question/read-question.ts';
import { withdrawQuestion } from '../../../../../src/application/use-cases/agent/question/withdraw-question.ts';
import { stopAgent } from '../../../../../src/application/use-cases/dashboard/stop-agent.ts';
import { instanceIdOf, messageIdOf, NOW } from '../../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };
const QUESTION = { ...INSTANCE, agent_type: 'claude-code', question_text: 'Which port?' };

let application: InMemoryApplication;
beforeEach(() => {
  application = new InMemoryApplication();
});

const post = (input: object = QUESTION) => application.call(postQuestion, input);

describe('post_question', () => {
  test('saves the question and returns at once, without a result', async () => {
    expect(await post()).toEqual({
      ...INSTANCE,
      question_id: expect.any(String),
      asked_at: NOW.toISOString(),
      changed_at: NOW.toISOString(),
      expires_at: null,
      result: null,
    });
    expect((await application.stored()).instance?.status).toBe('AWAITING_INPUT');
  });

  test('returns the deadline, and announces it', async () => {
    const announced: number[] = [];
    application.deadlines.subscribe((seconds) => announced.push(seconds));
    const { expires_at } = await post({ ...QUESTION, expires_in_seconds: 60 });
    expect(expires_at).toBe(new Date(NOW.getTime() + 60_000).toISOString());
    expect(announced).toEqual([60]);
  });

  test('attaches the same text to the open question', async () => {
    expect(await post()).toEqual(await post());
  });

  test('finds an earlier question by its id', async () => {
    const posted = await post();
    expect(await post({ question_id: posted.question_id })).toEqual(posted);
  });

  test('returns the result of a question that has one already', async () => {
    const { question_id } = await post();
    await application.queue('8080');
    const first = await post(QUESTION);
    expect(first.result).toMatchObject({ status: 'answered', answer: '8080', redelivered: false });
    const again = await post({ question_id });
    expect(again).toEqual({ ...first, result: { ...first.result, redelivered: true } });
  });

  test('returns the result of a question in a session that has ended', async () => {
    await application.step();
    await application.call(endSession, INSTANCE);
    expect((await post()).result).toMatchObject({ status: 'closed' });
  });

  test('returns a result when the agent is asked to stop, because it should not wait', async () => {
    await application.step();
    await application.call(stopAgent, { ...INSTANCE, reason: 'Enough' }, { caller: ada });
    expect((await post()).result).toMatchObject({
      status: 'pending',
      stop_requested: { reason: 'Enough' },
    });
  });

  test('leaves how other questions ended without an answer to the next call', async () => {
    const { question_id: earlier } = await post();
    await application.call(endSession, INSTANCE);
    const { question_id, result } = await post({ ...QUESTION, question_text: 'Which branch?' });
    expect(result).toMatchObject({ status: 'closed', outcomes: [] });
    expect(question_id).not.toBe(earlier);
    expect(await application.step()).toMatchObject({
      outcomes: [{ question_id: earlier, status: 'closed' }],
    });
  });

  test('withdraws the question that it supersedes', async () => {
    const { question_id: supersedes } = await post();
    await post({ ...QUESTION, question_text: 'Which branch?', supersedes });
    expect(await application.call(readQuestion, { question_id: supersedes })).toMatchObject({
      result: { status: 'withdrawn' },
    });
    await application.call(withdrawQuestion, { question_id: supersedes });
  });

  test.each([
    ['both a text and an id', { ...QUESTION, question_id: messageIdOf(1) }, 'invalid_input'],
    ['neither', INSTANCE, 'invalid_input'],
    ['options without a text', { question_id: messageIdOf(1), options: ['a'] }, 'invalid_input'],
    ['an id of no question', { question_id: messageIdOf(999) }, 'question_not_found'],
  ])('refuses %s', async (_what, input, code) => {
    expect(await refusal(post(input))).toMatchObject({ code });
  });

  test("treats another user's question as one that does not exist", async () => {
    const { question_id } = await post();
    const foreign = application.call(postQuestion, { question_id }, { caller: stranger });
    expect(await refusal(foreign)).toEqual(await refusal(post({ question_id: messageIdOf(999) })));
  });
});
