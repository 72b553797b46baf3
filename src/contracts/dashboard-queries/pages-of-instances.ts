import assert from 'node:assert/strict';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { TestRunner } from '../test-runner.ts';
import { someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { at, playsIn } from './play.ts';
import { idsOf, readsIn } from './reads.ts';

export function pagesOfInstances({ test }: TestRunner, open: () => OpenQueries): void {
  const { aPlay, played } = playsIn(open);
  const { list } = readsIn(open);

  test('has the latest started first, page by page, each with its newest message', async () => {
    const userId = someone();
    const [a, b, c] = [await played(userId, 1, 1), await played(userId, 3, 2), await played(userId, 2, 3)];
    const first = await list(userId, { limit: 2 });
    assert.deepEqual(
      first?.instances.map(({ instance, latestMessage }) => [instance.id, latestMessage?.content]),
      [
        [b.id, '2'],
        [c.id, '3'],
      ],
    );
    const last = await list(userId, { limit: 2, after: first?.next ?? null });
    assert.deepEqual(idsOf(last), [a.id]);
    assert.deepEqual([first?.next, last?.next], [{ id: c.id, startedAt: at(2) }, null]);
  });

  test('has all that were started in the same moment, once', async () => {
    const userId = someone();
    const plays = await Promise.all(Array.from({ length: 5 }, () => played(userId, 1)));
    const seen: AgentInstanceId[] = [];
    for (
      let page = await list(userId, { limit: 2 });
      ;
      page = await list(userId, { limit: 2, after: page!.next })
    ) {
      seen.push(...idsOf(page)!);
      if (page?.next == null) break;
    }
    assert.deepEqual(seen.toSorted(), plays.map(({ id }) => id).toSorted());
  });

  test('shows nothing twice and skips nothing while instances start, speak and go between pages', async () => {
    const userId = someone();
    const there = await Promise.all([1, 2, 3, 4, 5, 6].map((minute) => played(userId, minute)));
    const seen: AgentInstanceId[] = [];
    const gone: AgentInstanceId[] = [];
    for (
      let page = await list(userId, { limit: 2 });
      ;
      page = await list(userId, { limit: 2, after: page!.next })
    ) {
      seen.push(...idsOf(page)!);
      if (page?.next == null) break;
      // A new one, news of an old one, and the one that the next page begins after is deleted.
      await Promise.all([
        played(userId, 30 + seen.length),
        there[0]!.post('news', { minute: 59 }),
        aPlay(userId, page.next.id).delete(),
      ]);
      gone.push(page.next.id);
    }
    assert.deepEqual(seen, there.map(({ id }) => id).toReversed());
    assert.equal(gone.length, 2);
  });
}
