import assert from 'node:assert/strict';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import { postponeDeadline, withdrawQuestion } from '../../domain/conversation/question-endings.ts';
import type { AgentInstanceId, MessageId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId, newUser } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

/** More than all tests of one store set. */
const ALL = 1_000;

export function nextDeadlines({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, answer, endAt, change, load } = testActionsIn(storeUnderTest);

  describe('the next deadlines', () => {
    /** Asks a question, and returns it as a deadline. */
    const ask = async (target: InstanceTarget, expiresAt: Date | null, content = 'Deploy?') => {
      const { message } = await post(target, { content, isQuestion: true, expiresAt });
      return { ...target, questionId: message.id, expiresAt: expiresAt ?? NOW };
    };

    /** Returns the deadlines of these instances. Other tests of the same store set deadlines, too. */
    const deadlinesOf = async (...targets: readonly InstanceTarget[]) =>
      (await store().nextDeadlines(ALL)).filter(({ agentInstanceId }) =>
        targets.some((target) => target.agentInstanceId === agentInstanceId),
      );

    test('are those of all users, the earliest first', async () => {
      const [one, two] = [newTarget(), newTarget()];
      const ofSameUser = { userId: one.userId, agentInstanceId: newId<AgentInstanceId>() };
      const third = await ask(one, msAfterNow(30_000));
      const first = await ask(two, msAfterNow(-10_000));
      const second = await ask(ofSameUser, msAfterNow(20_001));
      const fourth = await ask(one, msAfterNow(30_001), 'Which branch?');
      assert.deepEqual(await deadlinesOf(one, two, ofSameUser), [first, second, third, fourth]);
    });

    test('are at most as many as asked for, and then the earliest', async () => {
      const target = { userId: newUser(), agentInstanceId: newId<AgentInstanceId>() };
      for (const nth of [3, 1, 2]) await ask(target, msAfterNow(nth), `question ${nth}`);
      const times = (deadlines: readonly { readonly expiresAt: Date }[]) =>
        deadlines.map(({ expiresAt }) => expiresAt);
      const all = times(await store().nextDeadlines(ALL));
      assert.ok(all.length >= 3);
      assert.deepEqual(times(await store().nextDeadlines(2)), all.slice(0, 2));
    });

    test('are only those of questions with a deadline', async () => {
      const target = newTarget();
      await ask(target, null);
      await post(target);
      assert.deepEqual(await deadlinesOf(target), []);
    });

    const withdraw = (target: InstanceTarget, questionId: MessageId) =>
      store().update(
        { ...target, questionId },
        withoutRecord((conversation) => withdrawQuestion(conversation, { questionId, now: NOW })),
      );

    for (const [description, end] of [
      ['was answered', (target, id) => answer(target, id, 'yes')],
      ['was withdrawn', withdraw],
      ['ended at its deadline', (target, id) => endAt(target, id, msAfterNow(1))],
    ] as const satisfies [string, (target: InstanceTarget, questionId: MessageId) => Promise<unknown>][]) {
      test(`lack that of a question which ${description}`, async () => {
        const target = newTarget();
        const ended = await ask(target, msAfterNow(1));
        const open = await ask(target, msAfterNow(2), 'Which branch?');
        await end(target, ended.questionId);
        assert.deepEqual(await deadlinesOf(target), [open]);
        const { messages } = await load(target, { messageId: ended.questionId });
        const question = messages.find(({ id }) => id === ended.questionId);
        assert.deepEqual(question?.expiresAt, ended.expiresAt);
      });
    }

    test('follow a postponed question', async () => {
      const target = newTarget();
      const { questionId, ...deadline } = await ask(target, msAfterNow(1));
      const expiresAt = msAfterNow(60_000);
      await store().update(
        { ...target, questionId },
        withoutRecord((conversation) => postponeDeadline(conversation, { questionId, expiresAt, now: NOW })),
      );
      assert.deepEqual(await deadlinesOf(target), [{ ...deadline, questionId, expiresAt }]);
    });

    test('include those of a deleted instance, whose questions can still end', async () => {
      const target = newTarget();
      const deadline = await ask(target, msAfterNow(1));
      await change(target, deleteInstance);
      assert.deepEqual(await deadlinesOf(target), [deadline]);
      await endAt(target, deadline.questionId, msAfterNow(1));
      assert.deepEqual(await deadlinesOf(target), []);
    });
  });
}
