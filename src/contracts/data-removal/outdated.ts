import assert from 'node:assert/strict';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import { outdatedAt } from '../../domain/conversation/retention.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { DAY, later, newId } from '../valid-values.ts';
import type { OpenRemoval } from './open-removal.ts';
import { awkwardUser, usersIn } from './users.ts';

export function outdated({ describe, test }: TestRunner, open: () => OpenRemoval): void {
  const { removal, change, post, end, somebody, deleteAll } = usersIn(open);

  describe('what was kept for long enough', () => {
    const remove = async (now: Date, days: number | null) => {
      let removed = 0;
      for (let some = -1; some !== 0; removed += some)
        some = await removal().deleteOutdated(outdatedAt(now, days));
      return removed;
    };
    const left = async (userId: UserId) => [...(await open().queries.progress(userId)).keys()];

    test('goes: what ended before, with all its messages, and nothing else', async () => {
      const { userId, ids } = await somebody();
      const active = newId<AgentInstanceId>();
      await post(userId, active);
      await end(userId, ids[0]);
      await end(userId, ids[1], later(1));
      await remove(later(10 * DAY + 1), 10);
      assert.deepEqual(new Set(await left(userId)), new Set([ids[1], active]));
      assert.deepEqual(await removal().holdings(userId), {
        agentTypes: 1,
        agentInstances: 2,
        messages: 4,
        apiKeys: 1,
      });
      assertMatches(await deleteAll(userId), { messages: 4 });
    });

    test('goes for good where it was deleted and cannot be restored any more', async () => {
      const { userId, ids } = await somebody();
      for (const [nth, id] of ids.entries()) {
        await change(userId, id, (conversation) => deleteInstance(conversation, { now: later(nth) }));
      }
      await remove(later(30 * DAY), null);
      assert.deepEqual(new Set(await left(userId)), new Set(ids));
      await remove(later(30 * DAY + 1), null);
      assert.deepEqual(await left(userId), [ids[1]]);
    });

    test('stays without limit where it has ended and nobody has set one', async () => {
      const { userId, ids } = await somebody();
      await end(userId, ids[0]);
      await remove(later(10_000 * DAY), null);
      assert.equal((await left(userId)).length, 2);
    });

    test('is removed to the last one, however much it is', async () => {
      const userId = awkwardUser();
      const ids = Array.from({ length: 450 }, () => newId<AgentInstanceId>());
      await Promise.all(ids.map((id) => post(userId, id)));
      await Promise.all(ids.map((id) => end(userId, id)));
      assert.ok((await remove(later(10 * DAY + 1), 10)) >= 450);
      assert.deepEqual(await left(userId), []);
      assertMatches(await deleteAll(userId), { messages: 0 });
    });
  });
}
