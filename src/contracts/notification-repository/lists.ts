import assert from 'node:assert/strict';
import type { NotificationId } from '../../domain/ids.ts';
import type { NotificationPlace } from '../../ports/storage/notification-repository.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, newId, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function lists({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, saveNew } = testActionsIn(storeUnderTest);

  describe('lists of notifications', () => {
    test('have the newest first, by time and then by id, page by page', async () => {
      const userId = newUser();
      await saveNew(newUser());
      const ids = Array.from({ length: 6 }, () => newId<NotificationId>()).toSorted();
      const times = [5, 2, 2, 2, 1, 0];
      const newest = await Promise.all(
        times.map((time, nth) =>
          saveNew(userId, { id: ids[ids.length - 1 - nth]!, createdAt: msAfterNow(time) }),
        ),
      );
      for (const limit of [1, 2, 3, 4, 6, 7]) {
        let after: NotificationPlace | null = null;
        for (let start = 0; start < newest.length; start += limit) {
          const page = await store().list(userId, { limit, after });
          assert.deepEqual(page.notifications, newest.slice(start, start + limit));
          after = page.next;
          const last = page.notifications.at(-1)!;
          const hasNext = start + limit < newest.length;
          assert.deepEqual(after, hasNext ? { id: last.id, createdAt: last.createdAt } : null);
        }
      }
    });

    test('are empty for a user without notifications', async () => {
      const page = await store().list(newUser(), { limit: 10, after: null });
      assert.deepEqual(page, { notifications: [], next: null });
    });

    test('by id contain those that exist', async () => {
      const userId = newUser();
      const [first, second] = [await saveNew(userId), await saveNew(userId)];
      await saveNew(userId);
      const found = await store().find(userId, [second.id, newId(), first.id]);
      assert.equal(found.length, 2);
      assert.deepEqual(
        found.find(({ id }) => id === second.id),
        second,
      );
      assert.deepEqual(await store().find(userId, []), []);
    });
  });
}
