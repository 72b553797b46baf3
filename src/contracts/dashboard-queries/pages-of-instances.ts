import assert from 'node:assert/strict';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { atMinute, testConversationsIn } from './test-conversation.ts';
import { idsOf, testQueriesIn } from './test-queries.ts';

export function pagesOfInstances({ test }: TestRunner, storeUnderTest: () => OpenQueries): void {
  const { newConversation, startConversation } = testConversationsIn(storeUnderTest);
  const { list } = testQueriesIn(storeUnderTest);

  test('is sorted by start, latest first, page by page, each instance with its newest message', async () => {
    const userId = newUser();
    const [a, b, c] = [
      await startConversation(userId, 1, 1),
      await startConversation(userId, 3, 2),
      await startConversation(userId, 2, 3),
    ];
    const firstPage = await list(userId, { limit: 2 });
    assert.deepEqual(
      firstPage?.instances.map(({ instance, latestMessage }) => [instance.id, latestMessage?.content]),
      [
        [b.id, '2'],
        [c.id, '3'],
      ],
    );
    const lastPage = await list(userId, { limit: 2, after: firstPage?.next ?? null });
    assert.deepEqual(idsOf(lastPage), [a.id]);
    assert.deepEqual([firstPage?.next, lastPage?.next], [{ id: c.id, startedAt: atMinute(2) }, null]);
  });

  test('shows instances that started at the same moment exactly once', async () => {
    const userId = newUser();
    const conversations = await Promise.all(Array.from({ length: 5 }, () => startConversation(userId, 1)));
    const listedIds: AgentInstanceId[] = [];
    for (
      let page = await list(userId, { limit: 2 });
      ;
      page = await list(userId, { limit: 2, after: page!.next })
    ) {
      listedIds.push(...idsOf(page)!);
      if (page?.next == null) break;
    }
    assert.deepEqual(listedIds.toSorted(), conversations.map(({ id }) => id).toSorted());
  });

  test('has as many instances as the limit allows, also if they are many', async () => {
    const userId = newUser();
    const conversations = await Promise.all(
      Array.from({ length: 203 }, (_, nth) => startConversation(userId, nth)),
    );
    const newestFirst = conversations.map(({ id }) => id).toReversed();
    const firstPage = await list(userId, { limit: 200 });
    assert.deepEqual(idsOf(firstPage), newestFirst.slice(0, 200));
    assert.deepEqual(
      idsOf(await list(userId, { limit: 200, after: firstPage!.next })),
      newestFirst.slice(200),
    );
    assert.deepEqual((await list(userId, { limit: 203 }))?.next, null);
  });

  test('repeats and skips no instance while others are created, changed and deleted between pages', async () => {
    const userId = newUser();
    const existing = await Promise.all([1, 2, 3, 4, 5, 6].map((minute) => startConversation(userId, minute)));
    const listedIds: AgentInstanceId[] = [];
    const deletedIds: AgentInstanceId[] = [];
    for (
      let page = await list(userId, { limit: 2 });
      ;
      page = await list(userId, { limit: 2, after: page!.next })
    ) {
      listedIds.push(...idsOf(page)!);
      if (page?.next == null) break;
      // Create one, change an old one, and delete the one after which the next page begins.
      await Promise.all([
        startConversation(userId, 30 + listedIds.length),
        existing[0]!.post('news', { minute: 59 }),
        newConversation(userId, page.next.id).delete(),
      ]);
      deletedIds.push(page.next.id);
    }
    assert.deepEqual(listedIds, existing.map(({ id }) => id).toReversed());
    assert.equal(deletedIds.length, 2);
  });
}
