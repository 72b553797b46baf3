import assert from 'node:assert/strict';
import { outcomeNotificationId } from '../../domain/notification/callback.ts';
import { newTarget } from '../agent-instance-repository/test-actions.ts';
import { assertMatches } from '../assertions.ts';
import { aDelivery } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { notificationIdOf, testActionsIn } from './test-actions.ts';

/** What the steps demand in these tests. */
const REACH = { push: true, email: null, sms: false };

export function causes({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { agents, ask, end, changeSettings, saveDestination, newNotifiedTarget, change, all, dueOf } =
    testActionsIn(storeUnderTest);
  describe('a notification is made with its cause', () => {
    const MADE = { reach: null, overAt: null, isPlanned: false, deliveries: [], version: 1 };

    test('an open question makes one, which is due at once', async () => {
      const target = await newNotifiedTarget();
      const { message } = await ask(target);
      const { userId, agentInstanceId } = target;
      const id = notificationIdOf(message);
      const made = { ...MADE, id, event: 'question', agentInstanceId, messageId: message.id, createdAt: NOW };
      assert.deepEqual(await all(userId), [made]);
      assert.deepEqual(await all(userId, storeUnderTest().repositories[1]), [made]);
      assert.deepEqual(await dueOf(userId), [{ userId, id, dueAt: NOW }]);
    });

    test('a question that is asked again makes no second one', async () => {
      const target = await newNotifiedTarget();
      const { message } = await ask(target);
      await ask(target);
      assertMatches(await all(target.userId), [{ id: message.id, version: 1 }]);
    });

    test('a step makes one only if its agent demands that it reaches somebody', async () => {
      const target = await newNotifiedTarget();
      await agents.post(target);
      await agents.post(target, { reach: { push: false, email: null, sms: null } });
      assert.deepEqual(await all(target.userId), []);
      const { message } = await agents.post(target, { reach: REACH });
      const { id: messageId } = message;
      assertMatches(await all(target.userId), [
        { ...MADE, id: messageId, event: 'step', messageId, reach: REACH },
      ]);
    });

    test('a step that becomes a question makes one, unless it has one already', async () => {
      const target = await newNotifiedTarget();
      const { message: step } = await agents.post(target);
      await agents.requestInput(target, step.id);
      assertMatches(await all(target.userId), [{ ...MADE, id: step.id, event: 'question' }]);
      const other = await newNotifiedTarget();
      const { message: urgent } = await agents.post(other, { reach: REACH });
      await agents.requestInput(other, urgent.id);
      assertMatches(await all(other.userId), [{ ...MADE, id: urgent.id, event: 'step', reach: REACH }]);
    });

    test('the end of an instance makes one, and a later change of it changes nothing', async () => {
      const target = await newNotifiedTarget();
      const { userId, agentInstanceId: id } = target;
      await agents.post(target);
      await end(target);
      const made = { ...MADE, id, event: 'ended', agentInstanceId: id, messageId: null, createdAt: NOW };
      assert.deepEqual(await all(userId), [made]);
      await agents.say(target, 'too late');
      assert.deepEqual(await all(userId), [made]);
    });

    test('the end of an instance that could not finish makes one that says so', async () => {
      const target = await newNotifiedTarget();
      const { userId, agentInstanceId: id } = target;
      await agents.post(target);
      await end(target, NOW, 'no disk');
      assertMatches(await all(userId), [{ ...MADE, id, event: 'failed', createdAt: NOW }]);
      await agents.say(target, 'go on');
      await agents.post(target);
      await end(target, msAfterNow(5));
      assertMatches(await all(userId), [
        { ...MADE, id, event: 'ended', createdAt: msAfterNow(5), version: 2 },
      ]);
    });

    test('the second end of an instance that was opened again begins it anew', async () => {
      const target = await newNotifiedTarget();
      const { userId, agentInstanceId } = target;
      const id = notificationIdOf({ id: agentInstanceId });
      await agents.post(target);
      await end(target);
      await change(userId, id, () => ({ isPlanned: true, deliveries: [aDelivery()] }));
      assert.deepEqual(await dueOf(userId), []);
      await agents.say(target, 'go on');
      await agents.post(target);
      await end(target, msAfterNow(5));
      assertMatches(await all(userId), [
        { ...MADE, id, event: 'ended', createdAt: msAfterNow(5), version: 3 },
      ]);
      assert.deepEqual(await dueOf(userId), [{ userId, id, dueAt: msAfterNow(5) }]);
    });

    test('the end of a question makes one if a program wants to be told, also without a destination', async () => {
      const reach = { push: null, email: null, sms: null, callback: 'https://example.com/resume' };
      for (const target of [await newNotifiedTarget(), newTarget()]) {
        const { userId } = target;
        const { message } = await agents.post(target, { isQuestion: true, reach });
        await agents.answer(target, message.id, 'Yes');
        await agents.load(target);
        await end(target);
        const told = (await all(userId)).filter(({ event }) => event === 'outcome');
        const id = outcomeNotificationId(message.id);
        assertMatches(told, [{ ...MADE, id, messageId: message.id, reach, createdAt: NOW }]);
        const due = await dueOf(userId);
        assert.ok(due.some((each) => each.id === id && each.dueAt.getTime() === NOW.getTime()));
      }
    });

    test('each of many updates that run at the same time makes its own, and those of others make none', async () => {
      const targets = await Promise.all(Array.from({ length: 5 }, newNotifiedTarget));
      const others = Array.from({ length: 5 }, newTarget);
      const asked = await Promise.all(
        [...targets, ...others].flatMap((target) =>
          Array.from({ length: 6 }, async (_, nth) => ({
            target,
            id: (await ask(target, `question ${nth}`, storeUnderTest().instances[nth % 2])).message.id,
          })),
        ),
      );
      for (const target of targets) {
        const expected = asked.filter((each) => each.target === target).map(({ id }) => id as string);
        const ids = (await all(target.userId)).map(({ id }) => id as string);
        assert.deepEqual(ids.toSorted(), expected.toSorted());
      }
      for (const { userId } of others) assert.deepEqual(await all(userId), []);
    });
  });

  describe('no notification is made', () => {
    test('for a user without a destination, also after one is added', async () => {
      const target = newTarget();
      const { message } = await ask(target);
      await changeSettings(target.userId, (before) => before);
      await ask(target, 'And now?');
      await agents.answer(target, message.id, 'Yes');
      await end(target);
      assert.deepEqual(await all(target.userId), []);
      assert.deepEqual(await dueOf(target.userId), []);
    });

    test('by an update that throws or changes nothing', async () => {
      const target = await newNotifiedTarget();
      await agents.post(target);
      const refused = agents.store().update(target, () => {
        throw new Error('refused');
      });
      await assert.rejects(refused);
      await agents.load(target);
      assert.deepEqual(await all(target.userId), []);
    });

    test('again for an end before the first destination', async () => {
      const target = newTarget();
      await agents.post(target);
      await end(target);
      await saveDestination(target.userId);
      await agents.say(target, 'still there?');
      assert.deepEqual(await all(target.userId), []);
    });
  });
}
