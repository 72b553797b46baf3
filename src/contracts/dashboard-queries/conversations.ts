import assert from 'node:assert/strict';
import type { MessageId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newId, newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

export function conversations({ describe, test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation, startConversation } = testConversationsIn(storeUnderTest);
  const { read } = testQueriesIn(storeUnderTest);

  describe('a conversation', () => {
    test('is read from its end, page by page, before a position or before a message', async () => {
      const conversation = await startConversation(newUser(), 1, 5);
      const allMessages = (await read(conversation, 9))!.messages!;
      const contents = async (limit: number, before: number | MessageId | null) => {
        const page = await read(conversation, limit, before);
        return [page?.messages?.map(({ content }) => content), page?.hasEarlier];
      };
      assert.deepEqual(await contents(2, null), [['4', '5'], true]);
      assert.deepEqual(await contents(2, 4), [['2', '3'], true]);
      assert.deepEqual(await contents(2, allMessages[3]!.id), [['2', '3'], true]);
      assert.deepEqual(await contents(2, 2), [['1'], false]);
      assert.deepEqual(await contents(2, allMessages[0]!.id), [[], false]);
      assert.deepEqual(await contents(9, 100), [['1', '2', '3', '4', '5'], false]);
      assert.deepEqual(await contents(0, null), [[], true]);
    });

    test('has no page before a message of another conversation or an unknown one', async () => {
      const userId = newUser();
      const [conversation, other] = [
        await startConversation(userId, 1, 2),
        await startConversation(userId, 1, 2),
      ];
      const idOfOtherConversation = (await read(other, 9))!.messages![1]!.id;
      assert.equal((await read(conversation, 9, idOfOtherConversation))?.messages, null);
      assert.equal((await read(conversation, 9, newId<MessageId>()))?.messages, null);
    });

    test('comes with its newest message always, and with the git diff when the request asks for it', async () => {
      const conversation = newConversation(newUser());
      await conversation.post('1', { diff: 'diff --git a/x b/x' });
      await conversation.post('2');
      assertMatches(await read(conversation, 1, 2), {
        gitDiff: 'diff --git a/x b/x',
        messages: [{ content: '1' }],
        latestMessage: { content: '2', createdAt: atMinute(0) },
      });
      const { userId, id } = conversation;
      const request = { limit: 1, before: null, waitingHere: new Set([id]) };
      assertMatches(await storeUnderTest().queries.readConversation(userId, id, request), {
        gitDiff: null,
        agentWaiting: true,
      });
    });
  });
}
