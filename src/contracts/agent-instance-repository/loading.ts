import assert from 'node:assert/strict';
import { deleteInstance, endSession, restoreInstance } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId, MessageId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, newUser } from '../test-values.ts';
import type { OpenStore } from './open-store.ts';
import { contents, type InstanceTarget, newTarget, testActionsIn } from './test-actions.ts';

export function loading({ describe, test }: TestRunner, storeUnderTest: () => OpenStore): void {
  const { post, say, read, readQuestion, requestInput, change, load } = testActionsIn(storeUnderTest);

  describe('what is loaded', () => {
    test('is empty for an instance that does not exist', async () => {
      assertMatches(await load(newTarget()), { instance: null, messages: [], agentType: null });
    });

    test('leaves out the queue unless the update asks for it', async () => {
      const target = newTarget();
      await post(target);
      await say(target, 'later');
      assert.deepEqual(contents((await load(target)).messages), ['later']);
      assert.deepEqual((await load(target, { withQueuedMessages: false })).messages, []);
    });

    test('leaves out a requested message of another instance', async () => {
      const userId = newUser();
      const target = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const otherTarget = { userId, agentInstanceId: newId<AgentInstanceId>() };
      await post(target);
      const { message } = await post(otherTarget);
      assert.deepEqual((await load(target, { messageId: message.id })).messages, []);
      assert.deepEqual((await load(otherTarget, { messageId: message.id })).messages, [message]);
    });

    test('includes what was handed over after a message that the cursor has passed', async () => {
      const target = newTarget();
      const { message: first } = await post(target);
      await say(target, 'a');
      await say(target, 'b');
      await read(target, first.id);
      assert.deepEqual(contents((await read(target, first.id)).alreadyRead), ['a', 'b']);
    });

    test('includes what was handed over with a question, when the agent asks the same question again', async () => {
      const target = newTarget();
      await post(target);
      await say(target, 'before');
      await post(target, { content: 'Deploy?', isQuestion: true });
      const repeated = await post(target, { content: 'Deploy?', isQuestion: true });
      assert.deepEqual(contents(repeated.handedOver), ['before']);
      assert.equal(repeated.message.position, 3);
    });

    test('includes what was handed over with the newest open question of the given text, and with no other', async () => {
      const target = newTarget();
      await post(target);
      const steps: MessageId[] = [];
      for (const [nth, content] of ['Deploy?', 'Which branch?', 'Deploy?'].entries()) {
        await say(target, `before question ${nth}`);
        steps.push((await post(target, { content })).message.id);
      }
      for (const messageId of steps) await requestInput(target, messageId);
      const loadedFor = async (openQuestionText: string) =>
        contents((await load(target, { openQuestionText })).messages).toSorted();
      const questions = ['Deploy?', 'Deploy?', 'Which branch?'];
      assert.deepEqual(await loadedFor('Deploy?'), [...questions, 'before question 2']);
      assert.deepEqual(await loadedFor('Which branch?'), [...questions, 'before question 1']);
      assert.deepEqual(await loadedFor('Deploy'), questions);
    });

    test('includes what was handed over with a step, when the agent repeats the step', async () => {
      const target = newTarget();
      await post(target);
      await say(target, 'before');
      await post(target, { content: 'Run the tests' });
      await say(target, 'later');
      const repeated = await post(target, { content: 'Run the tests' });
      assert.deepEqual([contents(repeated.handedOver), repeated.redelivered], [['before', 'later'], true]);
      const repeatedAgain = await post(target, { content: 'Run the tests' });
      assert.deepEqual(contents(repeatedAgain.handedOver), ['before', 'later']);
      assert.deepEqual(contents((await post(target, { content: 'Go on' })).handedOver), []);
    });

    test('includes the answer of the last message, when the agent repeats that question', async () => {
      const target = newTarget();
      const ask = () => post(target, { content: 'Deploy?', isQuestion: true });
      const { message: question } = await ask();
      await say(target, 'yes');
      assertMatches(await ask(), { message: { id: question.id }, handedOver: [], redelivered: false });
      await readQuestion(target, question.id);
      const repeated = await ask();
      assertMatches(repeated, { message: { id: question.id }, redelivered: true });
      assert.deepEqual(contents(repeated.handedOver), ['yes']);
    });

    test('includes a requested question, its answer and what was handed over with it, and nothing else', async () => {
      const target = newTarget();
      await post(target);
      await say(target, 'before');
      const { message: question } = await post(target, { content: 'Deploy?', isQuestion: true });
      const answer = await say(target, 'yes');
      await say(target, 'later');
      await post(target, { content: 'another step' });
      const { messages } = await load(target, { withQueuedMessages: false, questionId: question.id });
      assert.deepEqual(contents(messages.toSorted((a, b) => a.position - b.position)), [
        'before',
        'Deploy?',
        'yes',
      ]);
      assert.equal(messages.find(({ id }) => id === question.id)?.answerId, answer.id);
    });

    test('leaves out a requested question of another instance or another user', async () => {
      const userId = newUser();
      const target = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const otherTarget = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const { message: question } = await post(target, { isQuestion: true });
      await post(otherTarget);
      assert.deepEqual((await load(otherTarget, { questionId: question.id })).messages, []);
      const strangersTarget = { ...target, userId: newUser() };
      assert.deepEqual((await load(strangersTarget, { questionId: question.id })).messages, []);
    });

    test('does not return a step that is requested as a question', async () => {
      const target = newTarget();
      const { message: step } = await post(target);
      await assert.rejects(readQuestion(target, step.id), { code: 'question_not_found' });
    });

    test("includes the user's agent type of the given name for a new instance", async () => {
      const userId = newUser();
      await post({ userId, agentInstanceId: newId() }, { agentType: 'codex' });
      const ownLoaded = await load({ userId, agentInstanceId: newId() }, { agentTypeName: 'codex' });
      assert.equal(ownLoaded.agentType?.name, 'codex');
      const strangersLoaded = await load(
        { userId: newUser(), agentInstanceId: newId() },
        { agentTypeName: 'codex' },
      );
      assert.equal(strangersLoaded.agentType, null);
    });

    test("counts the user's agent types for a new instance of an unknown type only", async () => {
      const userId = newUser();
      const target = { userId, agentInstanceId: newId<AgentInstanceId>() };
      await post(target, { agentType: 'codex' });
      await post({ userId, agentInstanceId: newId() }, { agentType: 'script' });
      const newInstance = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const count = async (instance: InstanceTarget, agentTypeName: string) =>
        (await load(instance, { agentTypeName })).agentTypeCount;
      assert.equal(await count(newInstance, 'unknown'), 2);
      assert.equal(await count(newInstance, 'codex'), 0);
      assert.equal(await count(target, 'unknown'), 0);
    });

    test("counts the user's open instances for a new instance only: not those that are ended or deleted", async () => {
      const userId = newUser();
      const targetOf = (): InstanceTarget => ({ userId, agentInstanceId: newId<AgentInstanceId>() });
      const [active, asking, ended, deleted] = [targetOf(), targetOf(), targetOf(), targetOf()];
      for (const target of [active, asking, ended, deleted]) await post(target);
      await post(asking, { content: 'Deploy?', isQuestion: true });
      await change(ended, endSession);
      await change(deleted, deleteInstance);
      const count = async (instance: InstanceTarget) =>
        (await load(instance, { agentTypeName: 'claude-code' })).openInstanceCount;
      assert.equal(await count(targetOf()), 2);
      assert.equal(await count(active), 0);
      assert.equal((await load(targetOf())).openInstanceCount, 0);
      await change(deleted, restoreInstance);
      assert.equal(await count(targetOf()), 3);
      assert.equal(await count(newTarget()), 0);
    });
  });
}
