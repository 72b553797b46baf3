import assert from 'node:assert/strict';
import { MAX_PAGE_BYTES } from '../../domain/conversation/message-page.ts';
import type { ConversationPage } from '../../ports/storage/dashboard-queries.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { type TestConversation, testConversationsIn } from './test-conversation.ts';
import { testQueriesIn } from './test-queries.ts';

/** Two of these fit exactly into one page. */
const HALF_A_PAGE = 'é'.repeat(MAX_PAGE_BYTES / 4);
const MORE_THAN_A_PAGE = 'x'.repeat(MAX_PAGE_BYTES + 1);

export function longPages({ describe, test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation } = testConversationsIn(storeUnderTest);
  const { read, since } = testQueriesIn(storeUnderTest);

  /** Reads a conversation from its end to its start. Returns the positions of each page. */
  const pagesFromTheEnd = async (conversation: TestConversation) => {
    const pages: number[][] = [];
    let hasEarlier = true;
    for (let before: number | null = null; hasEarlier; before = pages.at(-1)![0]!) {
      const page: ConversationPage = (await read(conversation, 200, before))!;
      pages.push(page.messages!.map(({ position }) => position));
      hasEarlier = page.hasEarlier;
    }
    return pages;
  };
  /** Reads what was written since the start. Returns the positions of each page. */
  const pagesFromTheStart = async (conversation: TestConversation) => {
    const pages: number[][] = [];
    for (let position = 0; ; position = pages.at(-1)!.at(-1)!) {
      const { posted } = (await since(conversation, { version: 0, position }))!;
      if (posted.length === 0) return pages;
      pages.push(posted.map((message) => message.position));
    }
  };

  describe('a page of messages with more text than one page may have', () => {
    test('has the first messages that fit, but at least one, and the next pages have the others', async () => {
      const conversation = newConversation(newUser());
      for (const content of [HALF_A_PAGE, HALF_A_PAGE, 'short', MORE_THAN_A_PAGE, 'short'])
        await conversation.post(content);
      assert.deepEqual(await pagesFromTheEnd(conversation), [[5], [4], [2, 3], [1]]);
      assert.deepEqual(await pagesFromTheStart(conversation), [[1, 2], [3], [4], [5]]);
    });

    test('counts the metadata of messages as well', async () => {
      const conversation = newConversation(newUser());
      const metadata = { text: HALF_A_PAGE };
      for (const content of ['1', '2', '3']) await conversation.post(content, { metadata });
      assert.deepEqual(await pagesFromTheEnd(conversation), [[3], [2], [1]]);
      assert.deepEqual(await pagesFromTheStart(conversation), [[1], [2], [3]]);
    });
  });
}
