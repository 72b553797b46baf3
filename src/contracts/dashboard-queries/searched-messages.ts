import assert from 'node:assert/strict';
import type { MessageId, UserId } from '../../domain/ids.ts';
import { MAX_EXCERPT_LENGTH, type MessageSearch } from '../../ports/storage/message-search.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, type TestConversation, testConversationsIn } from './test-conversation.ts';

export function searchedMessages({ describe, test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation } = testConversationsIn(storeUnderTest);
  const search = (userId: UserId, words: readonly string[], fields: Partial<MessageSearch> = {}) =>
    storeUnderTest().queries.searchMessages(userId, { words, limit: 10, after: null, ...fields });
  const excerpts = async (...args: Parameters<typeof search>) =>
    (await search(...args)).hits.map(({ excerpt }) => excerpt);

  /** Ids of the form that a search needs: each one is greater than those before. */
  let lastId = 0;
  const nextId = (): MessageId => {
    lastId += 1;
    return `${lastId.toString(16).padStart(8, '0')}-0000-7000-8000-000000000000` as MessageId;
  };
  const post = (conversation: TestConversation, content: string, fields: { type?: string } = {}) =>
    conversation.post(content, { id: nextId(), minute: 1, ...fields });

  describe('a search', () => {
    test('finds messages of all conversations and of both sides, the newest first', async () => {
      const userId = newUser();
      const [one, other] = [newConversation(userId), newConversation(userId)];
      const first = await post(one, 'Move the orders', { type: 'codex' });
      await post(other, 'Unrelated');
      await post(other, 'No orders here');
      const last = await one.say('Keep the ORDERS file', false, nextId());
      const found = await search(userId, ['orders']);
      assert.equal(found.next, null);
      assert.deepEqual(
        found.hits.map(({ excerpt }) => excerpt),
        ['Keep the ORDERS file', 'No orders here', 'Move the orders'],
      );
      assertMatches(found.hits[0], {
        message: { id: last.id, agentInstanceId: one.id, position: 2, senderType: 'USER' },
      });
      assertMatches(found.hits[2], {
        message: { id: first.id, position: 1, senderType: 'AGENT', createdAt: atMinute(1) },
        instance: { name: null, agentType: { name: 'codex' } },
      });
    });

    test('needs all words, and finds them inside longer ones, in any script, as they are', async () => {
      const userId = newUser();
      const conversation = newConversation(userId);
      for (const text of ['src/orders/list.ts', 'orders', '100 % a_b c\\d', '数据库的设计', '😀 done'])
        await post(conversation, text);
      assert.deepEqual(await excerpts(userId, ['ORDER', 'list']), ['src/orders/list.ts']);
      assert.deepEqual(await excerpts(userId, ['据库']), ['数据库的设计']);
      assert.deepEqual(await excerpts(userId, ['😀']), ['😀 done']);
      for (const word of ['%', 'a_b', 'c\\d']) assert.equal((await excerpts(userId, [word])).length, 1, word);
      for (const word of ['s%l', 'o_ders', 'a\\_b', '.*'])
        assert.deepEqual(await excerpts(userId, [word]), [], word);
    });

    test('shows a part of a long message around the first word', async () => {
      const userId = newUser();
      const conversation = newConversation(userId);
      await post(conversation, `${'😀'.repeat(1_000)}needle${'x'.repeat(1_000)}`);
      const [hit] = (await search(userId, ['needle'])).hits;
      assert.equal([...hit!.excerpt].length, MAX_EXCERPT_LENGTH);
      assert.ok(hit!.excerpt.startsWith(`${'😀'.repeat(60)}needlex`), hit!.excerpt);
      assert.ok(hit!.isCutBefore && hit!.isCutAfter);
      await post(conversation, 'a needle');
      assertMatches((await search(userId, ['needle'])).hits[0], {
        excerpt: 'a needle',
        isCutBefore: false,
        isCutAfter: false,
      });
    });

    test('goes on page by page, and finds each message once', async () => {
      const userId = newUser();
      const conversation = newConversation(userId);
      for (let nth = 1; nth <= 7; nth += 1) await post(conversation, `needle ${nth}`);
      // A long message needs a part of its own.
      await post(conversation, `${'x'.repeat(200_000)} needle 8`);
      const found: number[] = [];
      let after: MessageSearch['after'] = null;
      do {
        const page: Awaited<ReturnType<typeof search>> = await search(userId, ['needle'], {
          limit: 3,
          after,
        });
        found.push(...page.hits.map(({ excerpt }) => Number(excerpt.split(' ').at(-1))));
        after = page.next;
      } while (after !== null);
      assert.deepEqual(found, [8, 7, 6, 5, 4, 3, 2, 1]);
    });

    test('finds nothing in deleted instances, and nothing of other users', async () => {
      const [userId, stranger] = [newUser(), newUser()];
      const conversation = newConversation(userId);
      await post(conversation, 'needle');
      assert.deepEqual(await search(stranger, ['needle']), { hits: [], next: null });
      const theirs = newConversation(stranger, conversation.id);
      await post(theirs, 'needle of theirs');
      assert.deepEqual(await excerpts(userId, ['needle']), ['needle']);
      assert.deepEqual(await excerpts(stranger, ['needle']), ['needle of theirs']);
      await conversation.delete();
      assert.deepEqual(await search(userId, ['needle']), { hits: [], next: null });
    });
  });
}
