import assert from 'node:assert/strict';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, someone } from '../valid-values.ts';
import { contents, conversationsIn, someInstance } from './conversations.ts';
import type { OpenStore } from './open-store.ts';

export function loading({ describe, test }: TestRunner, open: () => OpenStore): void {
  const { post, say, read, readQuestion, look } = conversationsIn(open);

  describe('what is loaded', () => {
    test('is nothing for an instance that does not exist', async () => {
      assertMatches(await look(someInstance()), { instance: null, messages: [], agentType: null });
    });

    test('leaves out the queue unless it is asked for', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'later');
      assert.deepEqual(contents((await look(target)).messages), ['later']);
      assert.deepEqual((await look(target, { queue: false })).messages, []);
    });

    test('leaves out a named message of another instance', async () => {
      const userId = someone();
      const here = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const there = { userId, agentInstanceId: newId<AgentInstanceId>() };
      await post(here);
      const { message } = await post(there);
      assert.deepEqual((await look(here, { message: message.id })).messages, []);
      assert.deepEqual((await look(there, { message: message.id })).messages, [message]);
    });

    test('holds what was handed over after a message that is not the cursor any more', async () => {
      const target = someInstance();
      const { message: first } = await post(target);
      await say(target, 'a');
      await say(target, 'b');
      await read(target, first.id);
      assert.deepEqual(contents((await read(target, first.id)).alreadyRead), ['a', 'b']);
    });

    test('holds what was handed over with a question, for whoever asks it again', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'before');
      await post(target, { content: 'Deploy?', isQuestion: true });
      const again = await post(target, { content: 'Deploy?', isQuestion: true });
      assert.deepEqual(contents(again.handedOff), ['before']);
      assert.equal(again.message.position, 3);
    });

    test('holds a question with its answer and what was handed over with it, and nothing else', async () => {
      const target = someInstance();
      await post(target);
      await say(target, 'before');
      const { message: question } = await post(target, { content: 'Deploy?', isQuestion: true });
      const answer = await say(target, 'yes');
      await say(target, 'later');
      await post(target, { content: 'another step' });
      const { messages } = await look(target, { queue: false, question: question.id });
      assert.deepEqual(contents(messages.toSorted((a, b) => a.position - b.position)), [
        'before',
        'Deploy?',
        'yes',
      ]);
      assert.equal(messages.find(({ id }) => id === question.id)?.answerId, answer.id);
    });

    test('leaves out a named question of another instance, and of another user', async () => {
      const userId = someone();
      const here = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const there = { userId, agentInstanceId: newId<AgentInstanceId>() };
      const { message: question } = await post(here, { isQuestion: true });
      await post(there);
      assert.deepEqual((await look(there, { question: question.id })).messages, []);
      assert.deepEqual((await look({ ...here, userId: someone() }, { question: question.id })).messages, []);
    });

    test('a step is no question, whatever it is asked for as', async () => {
      const target = someInstance();
      const { message: step } = await post(target);
      const asked = readQuestion(target, step.id);
      await assert.rejects(asked, { code: 'question_not_found' });
    });

    test("finds the user's agent type by name for an instance that is new", async () => {
      const userId = someone();
      await post({ userId, agentInstanceId: newId() }, { agentType: 'codex' });
      const known = await look({ userId, agentInstanceId: newId() }, { agentTypeName: 'codex' });
      assert.equal(known.agentType?.name, 'codex');
      const foreign = await look({ userId: someone(), agentInstanceId: newId() }, { agentTypeName: 'codex' });
      assert.equal(foreign.agentType, null);
    });
  });
}
