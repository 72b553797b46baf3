import assert from 'node:assert/strict';
import { deleteInstance } from '../../domain/conversation/lifecycle.ts';
import { retentionCutoffs } from '../../domain/conversation/retention.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { DAY_MS, msAfterNow, newId } from '../test-values.ts';
import type { OpenRemoval } from './open-removal.ts';
import { newAwkwardUser, testUsersIn } from './test-users.ts';

export function retention({ describe, test }: TestRunner, storeUnderTest: () => OpenRemoval): void {
  const { removal, change, post, end, newUserWithData, deleteAll } = testUsersIn(storeUnderTest);

  describe('removal by age', () => {
    /** Removes all outdated instances, call by call. Returns how many were removed. */
    const removeAllOutdated = async (now: Date, days: number | null) => {
      let removedCount = 0;
      for (;;) {
        const count = await removal().deleteOutdated(retentionCutoffs(now, days));
        if (count === 0) return removedCount;
        removedCount += count;
      }
    };
    const remainingIds = async (userId: UserId) => [
      ...(await storeUnderTest().queries.progress(userId)).keys(),
    ];

    test('removes the instances that ended before the cutoff, with all their messages, and nothing else', async () => {
      const { userId, ids } = await newUserWithData();
      const active = newId<AgentInstanceId>();
      await post(userId, active);
      await end(userId, ids[0]);
      await end(userId, ids[1], msAfterNow(1));
      await removeAllOutdated(msAfterNow(10 * DAY_MS + 1), 10);
      assert.deepEqual(new Set(await remainingIds(userId)), new Set([ids[1], active]));
      assert.deepEqual(await removal().holdings(userId), {
        agentTypes: 1,
        agentInstances: 2,
        messages: 4,
        apiKeys: 1,
      });
      assertMatches(await deleteAll(userId), { messages: 4 });
    });

    test('removes a deleted instance once it can no longer be restored', async () => {
      const { userId, ids } = await newUserWithData();
      for (const [nth, id] of ids.entries()) {
        await change(userId, id, (conversation) => deleteInstance(conversation, { now: msAfterNow(nth) }));
      }
      await removeAllOutdated(msAfterNow(30 * DAY_MS), null);
      assert.deepEqual(new Set(await remainingIds(userId)), new Set(ids));
      await removeAllOutdated(msAfterNow(30 * DAY_MS + 1), null);
      assert.deepEqual(await remainingIds(userId), [ids[1]]);
    });

    test('removes an agent type with its last instance', async () => {
      const { userId, ids } = await newUserWithData();
      await end(userId, ids[0]);
      await removeAllOutdated(msAfterNow(10 * DAY_MS + 1), 10);
      assertMatches(await removal().holdings(userId), { agentTypes: 1, agentInstances: 1 });
      await end(userId, ids[1]);
      await removeAllOutdated(msAfterNow(10 * DAY_MS + 1), 10);
      assertMatches(await removal().holdings(userId), { agentTypes: 0, agentInstances: 0 });
    });

    test('keeps ended instances for ever when no retention is set', async () => {
      const { userId, ids } = await newUserWithData();
      await end(userId, ids[0]);
      await removeAllOutdated(msAfterNow(10_000 * DAY_MS), null);
      assert.equal((await remainingIds(userId)).length, 2);
    });

    test('removes all that is due, however many instances that is', async () => {
      const userId = newAwkwardUser();
      const ids = Array.from({ length: 450 }, () => newId<AgentInstanceId>());
      await Promise.all(ids.map((id) => post(userId, id)));
      await Promise.all(ids.map((id) => end(userId, id)));
      assert.ok((await removeAllOutdated(msAfterNow(10 * DAY_MS + 1), 10)) >= 450);
      assert.deepEqual(await remainingIds(userId), []);
      assertMatches(await deleteAll(userId), { messages: 0 });
    });
  });
}
