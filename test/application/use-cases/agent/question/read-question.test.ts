import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSession } from '../../../../../src/application/use-cases/agent/end-session.ts';
import { askQuestion } from '../../../../../src/application/use-cases/agent/question/ask-question.ts';
import { postQuestion } from '../../../../../src/application/use-cases/agent/question/post-question.ts';
import { readQuestion } from '../../../../../src/application/use-cases/agent/question/read-question.ts';
import { withdrawQuestion } from '../../../../../src/application/use-cases/agent/question/withdraw-question.ts';
import { postponeQuestion } from '../../../../../src/application/use-cases/dashboard/postpone-question.ts';
import { cancelAgentStop, stopAgent } from '../../../../../src/application/use-cases/dashboard/stop-agent.ts';
import { endAtDeadline } from '../../../../../src/domain/conversation/question-endings.ts';
import type { MessageId } from '../../../../../src/domain/ids.ts';
import { aCaller, instanceIdOf, messageIdOf, NOW, userIdOf } from '../../../../support/builders.ts';
import { ada, InMemoryApplication, refusal, stranger } from '../../../in-memory-application.ts';

const INSTANCE = { agent_instance_id: instanceIdOf(1) };
const QUESTION = { ...INSTANCE, agent_type: 'claude-code', question_text: 'Which port?' };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

let application: InMemoryApplication;
beforeEach(() => {
  vi.useFakeTimers();
  application = new InMemoryApplication();
});

afterEach(() => {
  // An agent that has read an open question counts as waiting for a while.
  vi.advanceTimersByTime(15_000);
  expect(application.signals.size, 'no subscription is left behind').toBe(0);
  expect([...application.waits.all()], 'no wait is left open').toEqual([]);
  expect(vi.getTimerCount(), 'no timer is left behind').toBe(0);
  vi.useRealTimers();
});

const post = async (input: object = {}) =>
  (await application.call(postQuestion, { ...QUESTION, ...input })).question_id;
const read = (
  question_id: string,
  input: object = {},
  options: Parameters<InMemoryApplication['call']>[2] = {},
) => application.call(readQuestion, { question_id, ...input }, options);

/** Ends a question at its deadline, as the job does. */
const endAt = (questionId: string, now: Date) =>
  application.repository.update(
    { userId: userIdOf('ada'), agentInstanceId: instanceIdOf(1), questionId: questionId as MessageId },
    (conversation) => ({
      ...endAtDeadline(conversation, {
        questionId: questionId as MessageId,
        newMessageId: messageIdOf(500),
        now,
      }),
      record: null,
    }),
  );

describe('read_question', () => {
  test('has no result while the question is open, and writes nothing', async () => {
    const id = await post();
    const before = await application.stored();
    application.clock.advance(3_600_000);
    expect(await read(id)).toMatchObject({ question_id: id, changed_at: NOW.toISOString(), result: null });
    expect(await application.stored()).toEqual(before);
  });

  test('shows the agent as waiting until it is overdue', async () => {
    const id = await post();
    const waited = () => [...application.waits.instancesOf(userIdOf('ada'))];
    await vi.advanceTimersByTimeAsync(14_999);
    await read(id);
    await vi.advanceTimersByTimeAsync(14_999);
    expect(waited()).toEqual([instanceIdOf(1)]);
    await read(id, { state_only: true });
    await vi.advanceTimersByTimeAsync(1);
    expect(waited()).toEqual([]);
  });

  test('has the same result as ask_question, which it hands over', async () => {
    await application.step();
    await application.queue('mind the tests');
    const id = await post();
    await application.queue('8080');
    const { result } = await read(id);
    expect(result).toMatchObject({ answer: '8080', user_feedback: ['mind the tests'], redelivered: false });
    const asked = await application.call(askQuestion, { question_id: id });
    expect(asked).toEqual({ ...result, redelivered: true });
    expect((await application.step()).queued_user_messages).toEqual([]);
  });

  test('has the same result each time', async () => {
    await application.step();
    const earlier = await post({ question_text: 'Which branch?' });
    await application.queue('main');
    const id = await post();
    await application.queue('8080');
    const first = await read(id);
    expect(first.result).toMatchObject({ outcomes: [{ question_id: earlier, status: 'answered' }] });
    expect(await read(id)).toEqual(first);
    await application.step();
    expect(await read(id)).toEqual(first);
  });

  test.each<[status: string, end: (id: string) => Promise<unknown>, changedAt: Date, fields?: object]>([
    ['answered', () => application.queue('8080'), at(10)],
    ['withdrawn', (question_id) => application.call(withdrawQuestion, { question_id }), at(10)],
    ['closed', () => application.call(endSession, INSTANCE), at(10)],
    ['expired', (id) => endAt(id, at(10)), at(5), { expires_in_seconds: 5 }],
    [
      'defaulted',
      (id) => endAt(id, at(10)),
      at(10),
      { expires_in_seconds: 5, on_expiry: 'default', default_answer: '80' },
    ],
  ])(
    'has a result for a question that is %s, and the time of its end',
    async (status, end, changedAt, fields) => {
      const id = await post(fields);
      application.clock.advance(10_000);
      await end(id);
      application.clock.advance(10_000);
      expect(await read(id)).toMatchObject({ changed_at: changedAt.toISOString(), result: { status } });
    },
  );

  test('has a result as long as the agent is asked to stop, because it should not wait', async () => {
    const id = await post();
    application.clock.advance(10_000);
    await application.call(stopAgent, { ...INSTANCE, reason: 'Enough' }, { caller: ada });
    expect(await read(id)).toMatchObject({
      changed_at: at(10).toISOString(),
      result: { status: 'pending', stop_requested: { reason: 'Enough' } },
    });
    expect((await application.stored()).instance?.stop?.seenAt).toEqual(at(10));
    await application.call(cancelAgentStop, INSTANCE, { caller: ada });
    expect(await read(id)).toMatchObject({ result: null });
  });

  test('has the deadline of now', async () => {
    const id = await post({ expires_in_seconds: 5 });
    const moved = { question_id: id, expires_in_seconds: 60 };
    await application.call(postponeQuestion, moved, { caller: ada });
    expect(await read(id)).toMatchObject({ expires_at: at(60).toISOString(), result: null });
  });

  test('hands no answer over when only the state is asked for', async () => {
    const id = await post();
    await application.queue('8080');
    expect(await read(id, { state_only: true })).toMatchObject({ question_id: id, result: null });
    expect(await application.step()).toMatchObject({ queued_user_messages: [{ content: '8080' }] });
  });

  test('waits as long as it is told to, and returns the result as soon as there is one', async () => {
    const id = await post();
    const early = read(id, { wait_seconds: 60 });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(application.waits.instancesOf(userIdOf('ada'))).toEqual(new Set([instanceIdOf(1)]));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await early).toMatchObject({ result: null });

    const late = read(id, { wait_seconds: 60 });
    await vi.advanceTimersByTimeAsync(30_000);
    await application.queue('8080');
    expect(await late).toMatchObject({ result: { answer: '8080' } });
  });

  test('goes on waiting when something else changes', async () => {
    const id = await post();
    const waiting = read(id, { wait_seconds: 60 });
    await application.step();
    await vi.advanceTimersByTimeAsync(1_000);
    await application.queue('8080');
    expect(await waiting).toMatchObject({ result: { answer: '8080' } });
  });

  test('stops waiting when the process stops', async () => {
    const id = await post();
    const waiting = read(id, { wait_seconds: 60 });
    await vi.advanceTimersByTimeAsync(0);
    application.stopping.abort();
    expect(await waiting).toMatchObject({ result: null });
  });

  test('fails for a question of a deleted instance, as ask_question does', async () => {
    const id = await post();
    await application.delete();
    expect(await refusal(read(id))).toMatchObject({ code: 'instance_deleted' });
    expect(await read(id, { state_only: true })).toMatchObject({ result: null });
  });

  test.each([
    ['of another user', stranger],
    ['of another instance than that of the key', aCaller({ agentInstanceId: instanceIdOf(2) })],
  ])('treats a question %s as one that does not exist', async (_whose, caller) => {
    const id = await post();
    const missing = await refusal(read(messageIdOf(999)));
    expect(missing).toMatchObject({ code: 'question_not_found' });
    expect(await refusal(read(id, {}, { caller }))).toEqual(missing);
  });

  test('is for questions only', async () => {
    const { message_id } = await application.step();
    expect(await refusal(read(message_id))).toMatchObject({ code: 'question_not_found' });
  });
});
