import assert from 'node:assert/strict';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { aKeyId } from '../an-api-key.ts';
import type { TestRunner } from '../test-runner.ts';
import { later, NOW, someone } from '../valid-values.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function lastUse({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, saved } = keysIn(open);

  describe('the last use', () => {
    test('moves forwards only, for any number of keys at once', async () => {
      const [ada, eve] = [someone(), someone()];
      const [a, b] = [await saved(ada), await saved(ada, { lastUsedAt: later(5) })];
      const c = await saved(eve);
      const used = async (...uses: [UserId, ApiKeyId, number][]) => {
        await store().markUsed(uses.map(([userId, id, at]) => ({ userId, id, usedAt: later(at) })));
        const keys = [...(await store().list(ada)), ...(await store().list(eve))];
        return [a, b, c].map(({ id }) => keys.find((key) => key.id === id)?.lastUsedAt);
      };
      assert.deepEqual(await used([ada, a.id, 1], [ada, b.id, 4], [eve, c.id, 3]), [
        later(1),
        later(5),
        later(3),
      ]);
      assert.deepEqual(await used([ada, b.id, 6], [ada, a.id, 0], [ada, aKeyId(), 9]), [
        later(1),
        later(6),
        later(3),
      ]);
      assert.deepEqual(await used([eve, c.id, 7], [eve, c.id, 9], [eve, c.id, 8]), [
        later(1),
        later(6),
        later(9),
      ]);
      assert.deepEqual(await used(), [later(1), later(6), later(9)]);
    });

    test('changes nothing else of the key', async () => {
      const userId = someone();
      const key = await saved(userId, { revokedAt: NOW, expiresAt: NOW });
      await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
      assert.deepEqual(await store().list(userId), [{ ...key, lastUsedAt: NOW }]);
    });
  });
}
