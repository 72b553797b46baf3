import assert from 'node:assert/strict';
import type { MessageId } from '../../domain/ids.ts';
import type { InstanceTarget } from '../agent-instance-repository/test-actions.ts';
import { assertMatches } from '../assertions.ts';
import { aDelivery } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { notificationIdOf, testActionsIn } from './test-actions.ts';

export function endings({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { agents, ask, end, changeSettings, newNotifiedTarget, change, all, dueOf } =
    testActionsIn(storeUnderTest);

  describe('a notification is over when its question has ended', () => {
    const delivered = [aDelivery({ receipt: { id: 'of the channel' } })];
    const ENDINGS: [string, (target: InstanceTarget, id: MessageId) => Promise<unknown>, Date][] = [
      ['by an answer', (target, id) => agents.answer(target, id, 'Yes'), NOW],
      ['at its deadline', (target, id) => agents.endAt(target, id, msAfterNow(1)), msAfterNow(1)],
      ['with its instance', (target) => end(target, msAfterNow(2)), msAfterNow(2)],
    ];
    for (const [ending, endIt, overAt] of ENDINGS) {
      test(`${ending}: it is due again, to be taken back`, async () => {
        const target = await newNotifiedTarget();
        const { userId } = target;
        const { message } = await ask(target);
        const id = notificationIdOf(message);
        await change(userId, id, () => ({ isPlanned: true, deliveries: delivered }));
        assert.deepEqual(await dueOf(userId), []);
        await endIt(target, message.id);
        const over = (await all(userId)).find((each) => each.id === id);
        assertMatches(over, {
          event: 'question',
          overAt,
          isPlanned: true,
          deliveries: delivered,
          version: 3,
        });
        assert.deepEqual(
          (await dueOf(userId)).find((each) => each.id === id),
          { userId, id, dueAt: overAt },
        );
      });
    }

    test('once: what happens to the instance later does not change it', async () => {
      const target = await newNotifiedTarget();
      const { message } = await ask(target);
      await agents.answer(target, message.id, 'Yes');
      const over = await all(target.userId);
      await agents.post(target);
      await end(target, msAfterNow(5));
      const [ended, ...others] = await all(target.userId);
      assertMatches(ended, { event: 'ended' });
      assert.deepEqual(others, over);
    });

    test('once: saving the ended question again does not change it', async () => {
      const target = await newNotifiedTarget();
      const { message } = await ask(target);
      await agents.answer(target, message.id, 'Yes');
      const over = await all(target.userId);
      await agents.store().update({ ...target, questionId: message.id }, ({ instance, messages }) => ({
        output: null,
        changes: {
          instance: { ...instance!, version: instance!.version + 1, lastActivityAt: msAfterNow(5) },
          posted: [],
          amended: messages.filter(({ id }) => id === message.id),
          gitDiff: undefined,
        },
        record: null,
      }));
      assert.deepEqual(await all(target.userId), over);
    });

    test('also after the user has removed the last destination', async () => {
      const target = await newNotifiedTarget();
      const { message } = await ask(target);
      await changeSettings(target.userId, (before) => ({ ...before, destinations: [] }));
      await agents.answer(target, message.id, 'Yes');
      assertMatches(await all(target.userId), [{ overAt: NOW }]);
    });

    test('a step that is a question and has its answer at once leaves none that is not over', async () => {
      const target = await newNotifiedTarget();
      const { message } = await agents.post(target);
      await agents.say(target, 'in time');
      await agents.requestInput(target, message.id);
      assert.deepEqual(
        (await all(target.userId)).filter(({ overAt }) => overAt === null),
        [],
      );
      assert.deepEqual(await dueOf(target.userId), []);
    });

    test('and an update of it at the same time changes nothing of that', async () => {
      const target = await newNotifiedTarget();
      const { userId } = target;
      const { message } = await ask(target);
      const id = notificationIdOf(message);
      await change(userId, id, () => ({ isPlanned: true, deliveries: [aDelivery()] }));
      const deliver = (nth: number) =>
        change(
          userId,
          id,
          ({ deliveries }) => ({
            deliveries: deliveries.map((delivery) => ({ ...delivery, attempts: delivery.attempts + 1 })),
          }),
          storeUnderTest().repositories[nth % 2],
        );
      await Promise.all([
        ...Array.from({ length: 10 }, (_, nth) => deliver(nth)),
        agents.answer(target, message.id, 'Yes'),
        ...Array.from({ length: 10 }, (_, nth) => deliver(nth)),
      ]);
      assertMatches(await all(userId), [{ overAt: NOW, deliveries: [{ attempts: 20 }], version: 23 }]);
    });
  });
}
