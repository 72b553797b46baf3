import assert from 'node:assert/strict';
import { deleteInstance, heartbeat } from '../../domain/conversation/lifecycle.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { NotificationRule } from '../../domain/notification/settings.ts';
import { noteSilence, type Silence, silenceNotificationId } from '../../domain/notification/silence.ts';
import { type InstanceTarget, newTarget } from '../agent-instance-repository/test-actions.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW } from '../test-values.ts';
import { withoutRecord } from '../without-record.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function silence({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, agents, ask, end, changeSettings, saveDestination, all } = testActionsIn(storeUnderTest);

  const setRule = (userId: UserId, event: NotificationRule['event']) =>
    changeSettings(userId, (settings) => {
      const destinations = settings.destinations.map(({ id }) => id);
      return { ...settings, rules: { ...settings.rules, rules: [{ event, destinations, afterSeconds: 0 }] } };
    });

  /** Returns an instance with one step, of a user with a rule about this event. */
  async function newWatchedTarget(event: NotificationRule['event'] = 'silent'): Promise<InstanceTarget> {
    const target = newTarget();
    await saveDestination(target.userId);
    await setRule(target.userId, event);
    await agents.post(target);
    return target;
  }

  const RANGE = { silentBefore: msAfterNow(1), silentAfter: NOW, waitingHere: new Set<AgentInstanceId>() };
  const silentOf = async ({ userId }: { readonly userId: UserId }, range = RANGE): Promise<Silence[]> =>
    ((await store().findSilent({ ...range, limit: 100_000 })) ?? []).filter((each) => each.userId === userId);

  describe('silent instances', () => {
    test('are those of users with a rule about them, by their last sign of life', async () => {
      const target = await newWatchedTarget();
      const { userId, agentInstanceId } = target;
      assert.deepEqual(await silentOf(target), [{ userId, agentInstanceId, lastSignOfLife: NOW }]);
      assert.deepEqual(await silentOf(target, { ...RANGE, silentBefore: NOW }), []);
      assert.deepEqual(
        await silentOf(target, { ...RANGE, silentBefore: msAfterNow(9), silentAfter: msAfterNow(1) }),
        [],
      );
      await agents.store().update(
        target,
        withoutRecord((conversation) => heartbeat(conversation, { now: msAfterNow(5) })),
      );
      assert.deepEqual(await silentOf(target), []);
      const later = { ...RANGE, silentBefore: msAfterNow(6) };
      assertMatches(await silentOf(target, later), [{ lastSignOfLife: msAfterNow(5) }]);
    });

    test('are none without such a rule, and none of those that wait, have ended or were deleted', async () => {
      assert.deepEqual(await silentOf(await newWatchedTarget('ended')), []);
      const without = await newWatchedTarget();
      await setRule(without.userId, 'question');
      assert.deepEqual(await silentOf(without), []);
      const asking = await newWatchedTarget();
      await ask(asking);
      assert.deepEqual(await silentOf(asking), []);
      const waiting = await newWatchedTarget();
      const waitingHere = new Set([waiting.agentInstanceId]);
      assert.deepEqual(await silentOf(waiting, { ...RANGE, waitingHere }), []);
      const ended = await newWatchedTarget();
      await end(ended);
      assert.deepEqual(await silentOf(ended), []);
      const deleted = await newWatchedTarget();
      await agents.store().update(
        deleted,
        withoutRecord((conversation) => deleteInstance(conversation, { now: NOW })),
      );
      assert.deepEqual(await silentOf(deleted), []);
    });

    test('are not returned again after they were noted, until the next silence', async () => {
      const target = await newWatchedTarget();
      const { userId, agentInstanceId } = target;
      const note = (lastSignOfLife: Date, now: Date) =>
        store().update({ userId, id: silenceNotificationId(agentInstanceId) }, (stored) => ({
          output: null,
          changes: noteSilence(stored, { agentInstanceId, lastSignOfLife }, now),
          record: null,
        }));
      await note(NOW, msAfterNow(10));
      await note(NOW, msAfterNow(11));
      assertMatches(await all(userId), [{ event: 'silent', createdAt: msAfterNow(10), version: 1 }]);
      assert.deepEqual(await silentOf(target), []);
      await agents.store().update(
        target,
        withoutRecord((conversation) => heartbeat(conversation, { now: msAfterNow(20) })),
      );
      const later = { ...RANGE, silentBefore: msAfterNow(30) };
      assertMatches(await silentOf(target, later), [{ lastSignOfLife: msAfterNow(20) }]);
      await note(msAfterNow(20), msAfterNow(30));
      assertMatches(await all(userId), [{ createdAt: msAfterNow(30), isPlanned: false, version: 2 }]);
    });

    test('are at most as many as asked for, the latest silence first', async () => {
      const target = await newWatchedTarget();
      const [silent] = (await store().findSilent({ ...RANGE, limit: 1 })) ?? [];
      assert.equal(silent?.lastSignOfLife.getTime(), NOW.getTime());
      assert.equal((await store().findSilent({ ...RANGE, limit: 0 }))?.length, 0);
      assert.equal((await silentOf(target)).length, 1);
    });

    test('a listener hears of saved settings until its subscription is closed', async () => {
      const { userId } = newTarget();
      let heard = 0;
      const subscription = store().onSettings(() => {
        heard += 1;
      });
      await saveDestination(userId);
      assert.equal(heard, 1);
      subscription.close();
      await saveDestination(userId);
      assert.equal(heard, 1);
    });
  });
}
