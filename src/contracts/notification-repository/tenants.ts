import assert from 'node:assert/strict';
import { NO_SETTINGS } from '../../domain/notification/settings.ts';
import { aDelivery, anAnswerLink } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function tenants({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, agents, saveDestination, newNotifiedTarget, saveNew, change, all } =
    testActionsIn(storeUnderTest);

  describe('tenants', () => {
    test('the id of another user’s notification behaves like one that does not exist', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const hers = await saveNew(ada);
      assert.deepEqual(await store().find(eve, [hers.id]), []);
      assert.deepEqual(await all(eve), []);
      await change(eve, hers.id, () => ({ overAt: NOW }));
      assert.deepEqual(await all(eve), []);
      const his = await saveNew(eve, { id: hers.id, deliveries: [aDelivery()] });
      await change(eve, his.id, () => ({ overAt: NOW }));
      assert.deepEqual(await all(ada), [hers]);
      assert.deepEqual(await all(eve), [{ ...his, overAt: NOW, version: 2 }]);
    });

    test('settings belong to one user', async () => {
      const [ada, eve] = [newUser(), newUser()];
      await saveDestination(ada);
      await store().noteActive(eve, NOW);
      assert.deepEqual(await store().readSettings(eve), NO_SETTINGS);
      await saveDestination(eve);
      await store().noteActive(eve, NOW);
      assert.equal((await store().readSettings(ada)).activeUntil, null);
    });

    test('another user cannot use a link', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const link = anAnswerLink(ada);
      await store().addLinks(ada, [link]);
      assert.equal(await store().useLink(eve, link.tokenHash, NOW), false);
      assert.deepEqual(await store().findLink(link.tokenHash), link);
    });

    test('two users who use the same instance id have notifications of their own', async () => {
      const [ada, eve] = [await newNotifiedTarget(), await newNotifiedTarget()];
      const his = { ...eve, agentInstanceId: ada.agentInstanceId };
      const [asked] = await Promise.all([
        agents.post(ada, { content: 'May I?', isQuestion: true }),
        agents.post(his, { content: 'May I?', isQuestion: true }),
      ]);
      await agents.answer(ada, asked.message.id, 'Yes');
      assert.deepEqual((await all(ada.userId))[0]?.overAt, NOW);
      assert.equal((await all(his.userId))[0]?.overAt, null);
      assert.equal((await all(his.userId)).length, 1);
    });
  });
}
