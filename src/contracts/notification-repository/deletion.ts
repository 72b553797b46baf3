import assert from 'node:assert/strict';
import { NO_SETTINGS } from '../../domain/notification/settings.ts';
import { aDelivery, anAnswerLink } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

/** Earlier than everything that other tests make, so that nothing of them is deleted. */
const LONG_AGO = new Date('1990-06-01T00:00:00.000Z');
const beforeLongAgo = new Date(LONG_AGO.getTime() - 1);

export function deletion({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, agents, newNotifiedTarget, saveNew, all, dueOf } = testActionsIn(storeUnderTest);

  /** Deletes everything that is outdated. Returns how much that was. */
  const deleteOutdated = async () => {
    let deleted = 0;
    for (let count = -1; count !== 0; deleted += count) count = await store().deleteOutdated(LONG_AGO);
    return deleted;
  };

  describe('what is outdated', () => {
    test('is deleted for all users: old notifications for which nothing has to be done', async () => {
      const [ada, eve] = [newUser(), newUser()];
      await deleteOutdated();
      await saveNew(ada, { createdAt: beforeLongAgo });
      await saveNew(eve, { createdAt: beforeLongAgo, deliveries: [aDelivery()] });
      const stillDue = await saveNew(ada, {
        createdAt: beforeLongAgo,
        deliveries: [aDelivery({ nextAt: NOW })],
      });
      const recent = await saveNew(eve, { createdAt: LONG_AGO });
      assert.equal(await deleteOutdated(), 2);
      assert.deepEqual(await all(ada), [stillDue]);
      assert.deepEqual(await all(eve), [recent]);
      assert.equal(await deleteOutdated(), 0);
    });

    test('is deleted for all users: links that have expired, whether they were used or not', async () => {
      const [ada, eve] = [newUser(), newUser()];
      await deleteOutdated();
      const links = [
        anAnswerLink(ada, { expiresAt: beforeLongAgo }),
        anAnswerLink(eve, { expiresAt: beforeLongAgo, usedAt: NOW }),
        anAnswerLink(eve, { expiresAt: LONG_AGO }),
      ];
      for (const link of links) await store().addLinks(link.userId, [link]);
      assert.equal(await deleteOutdated(), 2);
      const left = await Promise.all(links.map(({ tokenHash }) => store().findLink(tokenHash)));
      assert.deepEqual(left, [null, null, links[2]]);
    });
  });

  describe('a user who is deleted', () => {
    test('leaves neither settings nor notifications nor links behind, and others lose nothing', async () => {
      const [gone, other] = [await newNotifiedTarget(), await newNotifiedTarget()];
      const ask = (target: typeof gone) => agents.post(target, { content: 'May I?', isQuestion: true });
      const [{ message }] = [await ask(gone), await ask(other)];
      const [goneLink, otherLink] = [anAnswerLink(gone.userId), anAnswerLink(other.userId)];
      await store().addLinks(gone.userId, [goneLink]);
      await store().addLinks(other.userId, [otherLink]);
      const { removal } = storeUnderTest();
      while (Object.values(await removal.deleteSome(gone.userId)).some((count) => count > 0));
      assert.deepEqual(await store().readSettings(gone.userId), NO_SETTINGS);
      assert.deepEqual(await all(gone.userId), []);
      assert.deepEqual(await dueOf(gone.userId), []);
      assert.equal(await store().findLink(goneLink.tokenHash), null);
      assert.deepEqual((await store().readSettings(other.userId)).destinations.length, 1);
      assert.equal((await all(other.userId)).length, 1);
      assert.deepEqual(await store().findLink(otherLink.tokenHash), otherLink);
      await assert.rejects(agents.answer(gone, message.id, 'Yes'), { code: 'agent_instance_not_found' });
    });

    test('is deleted completely also without any agent instance', async () => {
      const { userId } = await newNotifiedTarget();
      const link = anAnswerLink(userId);
      await saveNew(userId);
      await store().addLinks(userId, [link]);
      await storeUnderTest().removal.deleteSome(userId);
      assert.deepEqual(await store().readSettings(userId), NO_SETTINGS);
      assert.deepEqual(await all(userId), []);
      assert.equal(await store().findLink(link.tokenHash), null);
    });
  });
}
