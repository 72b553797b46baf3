import assert from 'node:assert/strict';
import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import { deleteInstance, endSession, restoreInstance } from '../../domain/conversation/lifecycle.ts';
import { withdrawQuestion } from '../../domain/conversation/question-endings.ts';
import { requestStop } from '../../domain/conversation/stop.ts';
import type { MessageId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId, newUser } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenStore } from './open-store.ts';
import { type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

export function questionStates({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { store, post, say, answer, endAt, change } = testActionsIn(storeUnderTest);

  describe('the state of a question', () => {
    const ask = async (target: InstanceTarget, expiresAt: Date | null = null, content = 'Deploy?') =>
      (await post(target, { content, isQuestion: true, expiresAt })).message;

    const stateOf = ({ userId }: InstanceTarget, questionId: MessageId) =>
      store().questionState(userId, questionId);

    const statusOf = async (target: InstanceTarget, questionId: MessageId) =>
      (await stateOf(target, questionId))?.status;

    test('says when it was asked, when it ends, and what is saved of its instance', async () => {
      const target = newTarget();
      const question = await ask(target, msAfterNow(60_001));
      assert.deepEqual(await stateOf(target, question.id), {
        agentInstanceId: target.agentInstanceId,
        status: 'open',
        askedAt: question.createdAt,
        expiresAt: msAfterNow(60_001),
        instanceStatus: 'AWAITING_INPUT',
        isStopRequested: false,
        version: 1,
      });
    });

    test('has no deadline without one, and the newest version', async () => {
      const target = newTarget();
      const question = await ask(target);
      await say(target, 'answers it');
      const state = await stateOf(target, question.id);
      assert.deepEqual([state?.expiresAt, state?.version], [null, 2]);
    });

    const withdraw = (target: InstanceTarget, questionId: MessageId) =>
      store().update(
        { ...target, questionId },
        withoutRecord((conversation) => withdrawQuestion(conversation, { questionId, now: NOW })),
      );

    for (const [status, end] of [
      ['answered', (target, id) => answer(target, id, 'yes')],
      ['withdrawn', withdraw],
      ['expired', (target, id) => endAt(target, id, msAfterNow(1))],
      ['closed', (target) => change(target, endSession)],
    ] as const satisfies [string, (target: InstanceTarget, questionId: MessageId) => Promise<unknown>][]) {
      test(`is ${status} when it has ended like that, also for another process`, async () => {
        const target = newTarget();
        const { id } = await ask(target, msAfterNow(1));
        await end(target, id);
        assert.equal(await statusOf(target, id), status);
        const elsewhere = storeUnderTest().repositories[1];
        assert.equal((await elsewhere.questionState(target.userId, id))?.status, status);
      });
    }

    test('says that the person asks the agent to stop', async () => {
      const target = newTarget();
      const { id } = await ask(target);
      const stop = (conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> =>
        requestStop(conversation, { reason: null, now });
      await change(target, stop);
      assert.equal((await stateOf(target, id))?.isStopRequested, true);
    });

    test('says that its instance is deleted, until that is restored', async () => {
      const target = newTarget();
      const { id } = await ask(target);
      await change(target, deleteInstance);
      assert.equal((await stateOf(target, id))?.instanceStatus, 'DELETED');
      await change(target, restoreInstance);
      assert.equal((await stateOf(target, id))?.instanceStatus, 'AWAITING_INPUT');
    });

    test('exists for questions only: not for a step, an answer or an unknown id', async () => {
      const target = newTarget();
      const { message: step } = await post(target);
      const reply = await answer(target, (await ask(target)).id, 'yes');
      for (const id of [step.id, reply.id, newId<MessageId>()]) assert.equal(await stateOf(target, id), null);
    });

    test("exists for its own user only, also beside another user's question with the same id", async () => {
      const target = newTarget();
      const { id } = await ask(target);
      const stranger = newUser();
      const [own, foreign] = await Promise.all([stateOf(target, id), store().questionState(stranger, id)]);
      assert.deepEqual([own?.status, foreign], ['open', null]);
    });

    test('is that of its own question, when many are read at once', async () => {
      const targets = Array.from({ length: 40 }, newTarget);
      const ids = await Promise.all(targets.map(async (target) => (await ask(target)).id));
      await Promise.all(targets.map((target, nth) => (nth % 3 === 0 ? withdraw(target, ids[nth]!) : null)));
      const states = await Promise.all(
        targets.flatMap((target, nth) => [stateOf(target, ids[nth]!), stateOf(target, ids[nth]!)]),
      );
      const expected = targets.flatMap(({ agentInstanceId }, nth) => {
        const state = { agentInstanceId, status: nth % 3 === 0 ? 'withdrawn' : 'open' };
        return [state, state];
      });
      assert.deepEqual(
        states.map((state) => ({ agentInstanceId: state?.agentInstanceId, status: state?.status })),
        expected,
      );
    });
  });
}
