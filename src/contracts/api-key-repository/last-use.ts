import assert from 'node:assert/strict';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { newKeyId } from '../api-key-builder.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function lastUse({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, saveNewKey } = testActionsIn(storeUnderTest);

  describe('the time of last use', () => {
    test('only moves forward, for any number of keys at once', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const [a, b] = [await saveNewKey(ada), await saveNewKey(ada, { lastUsedAt: msAfterNow(5) })];
      const c = await saveNewKey(eve);
      const markAndReadLastUse = async (...uses: [UserId, ApiKeyId, number][]) => {
        await store().markUsed(uses.map(([userId, id, at]) => ({ userId, id, usedAt: msAfterNow(at) })));
        const keys = [...(await store().list(ada)), ...(await store().list(eve))];
        return [a, b, c].map(({ id }) => keys.find((key) => key.id === id)?.lastUsedAt);
      };
      assert.deepEqual(await markAndReadLastUse([ada, a.id, 1], [ada, b.id, 4], [eve, c.id, 3]), [
        msAfterNow(1),
        msAfterNow(5),
        msAfterNow(3),
      ]);
      assert.deepEqual(await markAndReadLastUse([ada, b.id, 6], [ada, a.id, 0], [ada, newKeyId(), 9]), [
        msAfterNow(1),
        msAfterNow(6),
        msAfterNow(3),
      ]);
      assert.deepEqual(await markAndReadLastUse([eve, c.id, 7], [eve, c.id, 9], [eve, c.id, 8]), [
        msAfterNow(1),
        msAfterNow(6),
        msAfterNow(9),
      ]);
      assert.deepEqual(await markAndReadLastUse(), [msAfterNow(1), msAfterNow(6), msAfterNow(9)]);
    });

    test('changes no other field of the key', async () => {
      const userId = newUser();
      const key = await saveNewKey(userId, { revokedAt: NOW, expiresAt: NOW });
      await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
      assert.deepEqual(await store().list(userId), [{ ...key, lastUsedAt: NOW }]);
    });
  });
}
