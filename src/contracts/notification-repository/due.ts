import assert from 'node:assert/strict';
import type { NotificationId, UserId } from '../../domain/ids.ts';
import { aDelivery, aNotification } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { notificationIdOf, testActionsIn } from './test-actions.ts';

/** Earlier than everything that other tests make. */
const LONG_AGO = new Date('1990-01-01T00:00:00.000Z');
const afterLongAgo = (milliseconds: number) => new Date(LONG_AGO.getTime() + milliseconds);

export function due({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, agents, newNotifiedTarget, saveNew, save, dueOf } = testActionsIn(storeUnderTest);

  describe('what is due next', () => {
    test('is listed for all users, the earliest first, and no more than asked for', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const isDueAt = (milliseconds: number) => ({
        deliveries: [aDelivery({ nextAt: msAfterNow(1) }), aDelivery({ nextAt: afterLongAgo(milliseconds) })],
      });
      const third = await saveNew(ada, isDueAt(3));
      const first = await saveNew(eve, { createdAt: afterLongAgo(1), isPlanned: false });
      const second = await saveNew(ada, isDueAt(2));
      const expected = [
        { userId: eve, id: first.id, dueAt: afterLongAgo(1) },
        { userId: ada, id: second.id, dueAt: afterLongAgo(2) },
        { userId: ada, id: third.id, dueAt: afterLongAgo(3) },
      ];
      assert.deepEqual(await store().nextDue(3), expected);
      assert.deepEqual(await storeUnderTest().repositories[1].nextDue(2), expected.slice(0, 2));
      for (const { userId, id } of expected)
        await save(userId, { ...first, id, isPlanned: true, version: 2 });
      assert.deepEqual(await dueOf(ada, eve), []);
    });

    test('leaves out the users that it is told to', async () => {
      const [ada, eve] = [newUser(), newUser()];
      for (const userId of [ada, eve])
        await saveNew(userId, { createdAt: afterLongAgo(1), isPlanned: false });
      const users = async (without: readonly UserId[]) =>
        (await store().nextDue(100_000, without))
          .map(({ userId }) => userId)
          .filter((userId) => userId === ada || userId === eve);
      assert.deepEqual(await users([ada]), [eve]);
      assert.deepEqual(await users([ada, eve]), []);
      assert.equal((await users([])).length, 2);
    });

    test('may be in the future', async () => {
      const userId = newUser();
      const later = new Date('2100-01-01T00:00:00.000Z');
      const { id } = await saveNew(userId, { deliveries: [aDelivery({ nextAt: later })] });
      assert.deepEqual(await dueOf(userId), [{ userId, id, dueAt: later }]);
    });

    test('is taken back at the time at which it was over', async () => {
      const userId = newUser();
      const deliveries = [aDelivery({ status: 'queued' })];
      const { id } = await saveNew(userId, { overAt: NOW, deliveries });
      assert.deepEqual(await dueOf(userId), [{ userId, id, dueAt: NOW }]);
    });
  });

  describe('the listener of what is due', () => {
    /** Counts the calls while `work` runs. */
    const callsDuring = async (work: () => Promise<unknown>) => {
      let calls = 0;
      const subscription = store().onDue(() => {
        calls += 1;
      });
      await work();
      subscription.close();
      return calls;
    };

    test('is called for a new notification and for one that is over, and for nothing else', async () => {
      const target = await newNotifiedTarget();
      const ask = () => agents.post(target, { content: 'May I?', isQuestion: true });
      assert.equal(await callsDuring(() => agents.post(target)), 0);
      assert.equal(await callsDuring(ask), 1);
      const { message } = await ask();
      assert.equal(await callsDuring(ask), 0);
      assert.equal(await callsDuring(() => agents.answer(target, message.id, 'Yes')), 1);
      assert.equal(await callsDuring(() => agents.post(target)), 0);
      const stranger = { ...target, userId: newUser() };
      assert.equal(await callsDuring(() => agents.post(stranger, { isQuestion: true })), 0);
    });

    test('finds the notification that it is called for', async () => {
      const target = await newNotifiedTarget();
      let found: Promise<readonly unknown[]> | null = null;
      const subscription = store().onDue(() => {
        found = dueOf(target.userId);
      });
      const { message } = await agents.post(target, { isQuestion: true });
      subscription.close();
      const { userId } = target;
      assert.deepEqual(await found, [{ userId, id: notificationIdOf(message), dueAt: NOW }]);
    });

    test('is called when an update makes something due, or due earlier, and not when it is due later', async () => {
      const userId = newUser();
      const { change } = testActionsIn(storeUnderTest);
      const dueAt = (nextAt: Date | null) => ({ deliveries: [aDelivery({ status: 'queued', nextAt })] });
      const { id } = await saveNew(userId, dueAt(msAfterNow(10)));
      assert.equal(await callsDuring(() => saveNew(userId, { isPlanned: false })), 1);
      assert.equal(await callsDuring(() => saveNew(userId)), 0);
      for (const [nextAt, calls] of [
        [msAfterNow(20), 0],
        [msAfterNow(5), 1],
        [null, 0],
        [msAfterNow(30), 1],
      ] as const)
        assert.equal(await callsDuring(() => change(userId, id, () => dueAt(nextAt))), calls);
      const withKey = { userId, id: newId<NotificationId>(), idempotencyKey: 'once' };
      const make = () =>
        store().update(withKey, () => ({
          output: null,
          changes: aNotification({ id: withKey.id, isPlanned: false }),
          record: { fingerprint: 'f', answer: 'a', recordedAt: NOW },
        }));
      assert.equal(await callsDuring(make), 1);
    });

    test('is not called any more after it was closed', async () => {
      let calls = 0;
      store()
        .onDue(() => {
          calls += 1;
        })
        .close();
      await saveNew(newUser());
      assert.equal(calls, 0);
    });
  });
}
