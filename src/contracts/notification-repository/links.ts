import assert from 'node:assert/strict';
import type { UserId } from '../../domain/ids.ts';
import type { AnswerLink } from '../../ports/storage/notification-repository.ts';
import { anAnswerLink } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function links({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store } = testActionsIn(storeUnderTest);
  const addNew = async (userId: UserId, fields: Partial<AnswerLink> = {}) => {
    const link = anAnswerLink(userId, fields);
    await store().addLinks(userId, [link]);
    return link;
  };

  describe('a link', () => {
    test('is found by its hash alone, as it was saved', async () => {
      const userId = newUser();
      const full = anAnswerLink(userId, { value: 'yes "\u{1F4A5}"' });
      const ofTest = anAnswerLink(userId, {
        agentInstanceId: null,
        questionId: null,
        value: null,
        usedAt: NOW,
      });
      await store().addLinks(userId, [full, ofTest]);
      await store().addLinks(userId, []);
      assert.deepEqual(await store().findLink(full.tokenHash), full);
      assert.deepEqual(await storeUnderTest().repositories[1].findLink(ofTest.tokenHash), ofTest);
      assert.equal(await store().findLink('unknown'), null);
    });

    test('is found only by its exact hash', async () => {
      const { tokenHash } = await addNew(newUser());
      assert.equal(await store().findLink(tokenHash.toLowerCase()), null);
      assert.equal(await store().findLink(tokenHash.slice(1)), null);
    });

    test('can be used once, also if many try at the same time', async () => {
      const userId = newUser();
      const link = await addNew(userId);
      const used = await Promise.all(
        Array.from({ length: 12 }, (_, nth) =>
          storeUnderTest().repositories[nth % 2]!.useLink(userId, link.tokenHash, msAfterNow(5)),
        ),
      );
      assert.equal(used.filter((isFirst) => isFirst).length, 1);
      assert.equal(await store().useLink(userId, link.tokenHash, msAfterNow(6)), false);
      assert.deepEqual(await store().findLink(link.tokenHash), { ...link, usedAt: msAfterNow(5) });
    });

    test('that does not exist cannot be used', async () => {
      assert.equal(await store().useLink(newUser(), 'unknown', NOW), false);
    });
  });
}
