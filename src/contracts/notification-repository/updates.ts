import assert from 'node:assert/strict';
import type { AgentInstanceId, MessageId, NotificationId } from '../../domain/ids.ts';
import { aDelivery, aNotification } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function updates({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, save, saveNew, change, all } = testActionsIn(storeUnderTest);

  /** Runs `work` so many times at once, alternating between the two repositories. */
  const atOnce = <Output>(count: number, work: (repository: ReturnType<typeof store>) => Promise<Output>) =>
    Promise.all(Array.from({ length: count }, (_, nth) => work(storeUnderTest().repositories[nth % 2]!)));

  describe('an update of a notification', () => {
    test('saves every field, and the next one loads it', async () => {
      const userId = newUser();
      const notification = aNotification({
        event: 'question',
        agentInstanceId: newId<AgentInstanceId>(),
        messageId: newId<MessageId>(),
        reach: { push: true, email: false, sms: null },
        createdAt: msAfterNow(1),
        overAt: msAfterNow(2),
        deliveries: [
          aDelivery({
            status: 'queued',
            dueAt: msAfterNow(3),
            nextAt: msAfterNow(4),
            busyUntil: msAfterNow(5),
            attempts: 7,
            sentAt: msAfterNow(6),
            openedAt: msAfterNow(7),
            error: 'said "no" \u{1F4A5}\u0000',
            receipt: { id: 'x', nested: { list: [1, null, '\u0000'] } },
            sentWith: [newId(), newId()],
          }),
          aDelivery({ sentAt: null }),
        ],
        version: 4,
      });
      await save(userId, notification);
      assert.deepEqual(await all(userId), [notification]);
      const loaded = await store().update({ userId, id: notification.id }, (before) => ({
        output: before,
        changes: null,
        record: null,
      }));
      assert.deepEqual(loaded, notification);
      const changed = aNotification({ id: notification.id, version: 5 });
      await save(userId, changed, storeUnderTest().repositories[1]);
      assert.deepEqual(await store().find(userId, [notification.id]), [changed]);
    });

    test('gets null for one that does not exist, and makes none if it changes nothing or throws', async () => {
      const userId = newUser();
      const id = newId<NotificationId>();
      const loaded = store().update({ userId, id }, (before) => ({
        output: before,
        changes: null,
        record: null,
      }));
      assert.equal(await loaded, null);
      const refusal = new Error('refused');
      const refused = store().update({ userId, id }, () => {
        throw refusal;
      });
      await assert.rejects(refused, (thrown) => thrown === refusal);
      assert.deepEqual(await all(userId), []);
    });

    test('sees every update before it, however many run at the same time', async () => {
      const userId = newUser();
      const { id } = await saveNew(userId, { deliveries: [aDelivery()] });
      await atOnce(20, (repository) =>
        change(
          userId,
          id,
          ({ deliveries: [delivery] }) => ({
            deliveries: [{ ...delivery!, attempts: delivery!.attempts + 1 }],
          }),
          repository,
        ),
      );
      const [notification] = await all(userId);
      assert.equal(notification?.deliveries[0]?.attempts, 20);
      assert.equal(notification?.version, 21);
    });

    test('is the only one that makes a notification, if many try at the same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        const userId = newUser();
        const id = newId<NotificationId>();
        const made = await atOnce(12, (repository) =>
          repository.update({ userId, id }, (before) => ({
            output: before === null,
            changes: before === null ? aNotification({ id }) : { ...before, version: before.version + 1 },
            record: null,
          })),
        );
        assert.equal(made.filter((isMaker) => isMaker).length, 1);
        assert.equal((await all(userId))[0]?.version, 12);
      }
    });

    test('is not changed by a change of the objects that were saved or loaded', async () => {
      const userId = newUser();
      const notification = aNotification({ createdAt: new Date(NOW) });
      await save(userId, notification);
      notification.createdAt.setTime(0);
      for (const each of await all(userId)) each.createdAt.setTime(0);
      for (const each of await store().find(userId, [notification.id])) each.createdAt.setTime(0);
      assert.deepEqual(await all(userId), [{ ...notification, createdAt: NOW }]);
    });
  });
}
