import assert from 'node:assert/strict';
import { readPending } from '../../domain/conversation/hand-off/read-pending.ts';
import { endSession } from '../../domain/conversation/lifecycle.ts';
import type { Message } from '../../domain/conversation/message.ts';
import { requestUserInput } from '../../domain/conversation/request-user-input.ts';
import type { InstanceProgress } from '../../ports/storage/dashboard-queries.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NO_WAITS, newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

export function changesSince({ describe, test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation, startConversation } = testConversationsIn(storeUnderTest);
  const { read, since } = testQueriesIn(storeUnderTest);

  describe('what changed since a version', () => {
    test('is empty when nothing has changed', async () => {
      const conversation = await startConversation(newUser(), 1, 2);
      const { instance } = (await read(conversation, 0))!;
      const { version, lastPosition } = instance;
      assert.deepEqual(await since(conversation, { version, position: lastPosition }), {
        instance,
        latestMessage: { content: '2', createdAt: atMinute(1) },
        agentWaiting: false,
        posted: [],
        amended: [],
        openQuestions: [],
        gitDiff: undefined,
      });
    });

    test('lists new messages, and earlier messages that have changed', async () => {
      const conversation = newConversation(newUser());
      const step = await conversation.post('a step');
      const question = await conversation.post('Which?', { ask: true });
      const { instance } = (await read(conversation, 0))!;
      const seen = { version: instance.version, position: instance.lastPosition };
      const changedContents = async (from: InstanceProgress) => {
        const changes = await since(conversation, from);
        const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);
        return changes && [contents(changes.posted), contents(changes.amended)];
      };

      const answer = await conversation.say('this');
      assert.deepEqual(await changedContents(seen), [['this'], ['Which?']]);
      const seenAnswer = { version: seen.version + 1, position: 3 };
      assert.deepEqual(await changedContents(seenAnswer), [[], []]);
      await conversation.change(
        (current) => readPending(current, { lastReadMessageId: question.id, now: atMinute(1) }),
        { withQueuedMessages: true, readAfterMessageId: question.id },
      );
      assert.deepEqual(await changedContents(seenAnswer), [[], ['this']]);
      assertMatches((await since(conversation, seenAnswer))?.amended[0], {
        id: answer.id,
        readAt: atMinute(1),
      });

      const seenHandOff = { version: seenAnswer.version + 1, position: 3 };
      await conversation.change(
        (current) => requestUserInput(current, { messageId: step.id, now: atMinute(1) }),
        {
          withQueuedMessages: true,
          messageId: step.id,
        },
      );
      assert.deepEqual(await changedContents(seenHandOff), [[], ['a step']]);
      const seenStepAsQuestion = { version: seenHandOff.version + 1, position: 3 };
      await conversation.change((current) => endSession(current, { now: atMinute(2) }));
      assert.deepEqual(await changedContents(seenStepAsQuestion), [[], ['a step']]);
      assert.equal((await since(conversation, seenStepAsQuestion))?.amended[0]?.questionStatus, 'closed');
      assert.equal((await since(conversation, seenStepAsQuestion))?.instance.status, 'COMPLETED');
      assert.deepEqual(await changedContents(seen), [['this'], ['a step', 'Which?']]);
    });

    test('returns at most as many new messages as the limit says', async () => {
      const conversation = await startConversation(newUser(), 1, 5);
      const changes = await since(conversation, { version: 1, position: 1 }, 2);
      assert.deepEqual(
        changes?.posted.map(({ content }) => content),
        ['2', '3'],
      );
      assert.equal(changes?.instance.lastPosition, 5);
    });

    test('includes the git diff only when it changed, also when it was cleared', async () => {
      const conversation = newConversation(newUser());
      await conversation.post('1', { diff: 'diff --git a/x b/x' });
      assert.equal((await since(conversation, { version: 0, position: 0 }))?.gitDiff, 'diff --git a/x b/x');
      await conversation.post('2');
      assert.equal((await since(conversation, { version: 1, position: 1 }))?.gitDiff, undefined);
      await conversation.change((current) => {
        const instance = { ...current.instance!, version: current.instance!.version + 1 };
        return { output: null, changes: { instance, posted: [], amended: [], gitDiff: null } };
      });
      assert.equal((await since(conversation, { version: 2, position: 2 }))?.gitDiff, null);
    });

    test('includes the unchanged open questions when the request asks for them', async () => {
      const conversation = await startConversation(newUser(), 1);
      const question = await conversation.post('Which?', { ask: true });
      const { userId, id } = conversation;
      const request = { limit: 0, waitingHere: NO_WAITS, withOpenQuestions: true };
      const readChanges = () =>
        storeUnderTest().queries.changesSince(userId, id, { version: 2, position: 2 }, request);
      assertMatches((await readChanges())?.openQuestions, [{ id: question.id }]);
      await conversation.say('this');
      assert.deepEqual((await readChanges())?.openQuestions, []);
    });

    test('shows that the instance was deleted', async () => {
      const conversation = await startConversation(newUser(), 1);
      await conversation.delete();
      assert.equal((await since(conversation, { version: 1, position: 1 }))?.instance.status, 'DELETED');
    });
  });
}
