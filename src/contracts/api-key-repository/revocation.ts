import assert from 'node:assert/strict';
import type { ApiKey } from '../../domain/user/api-key.ts';
import { assertExcludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { later, NOW, someone } from '../valid-values.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function revocation({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, save, saved, look, revoke, revocationsOf } = keysIn(open);

  describe('revocation', () => {
    test('is told once, when the key becomes revoked, and not when it changes otherwise', async () => {
      const userId = someone();
      const heard = revocationsOf(userId);
      const key = await saved(userId);
      await save(userId, { ...key, name: 'renamed' });
      await look({ userId, id: key.id });
      assert.deepEqual(heard, []);
      await revoke(userId, key.id);
      assert.deepEqual(heard, [{ userId, id: key.id }]);
      await revoke(userId, key.id, later(1));
      await save(userId, { ...key, name: 'again', revokedAt: later(2) });
      assert.equal(heard.length, 1);
    });

    test('is told of a key that is stored as revoked from the first', async () => {
      const userId = someone();
      const heard = revocationsOf(userId);
      const { id } = await saved(userId, { revokedAt: NOW });
      assert.deepEqual(heard, [{ userId, id }]);
    });

    test('is told when everybody can read it', async () => {
      const userId = someone();
      const { id, tokenHash } = await saved(userId);
      const read = Promise.withResolvers<ApiKey | null>();
      const subscription = open().revocations.onRevoked((key) => {
        if (key.id !== id) return;
        read.resolve(open().repositories[1].findByToken(userId, { id, hash: tokenHash }));
      });
      await revoke(userId, id);
      subscription.close();
      assertMatches(await read.promise, { id, revokedAt: NOW });
    });

    test('can be read from a time on, of every user', async () => {
      const start = new Date(Date.UTC(2030, 0, 1) + Math.floor(Math.random() * 1e9));
      const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);
      const [ada, eve] = [someone(), someone()];
      const [early, late, alive] = [await saved(ada), await saved(ada), await saved(ada)];
      const other = await saved(eve);
      await revoke(ada, early.id, at(0));
      await revoke(ada, late.id, at(2));
      await revoke(eve, other.id, at(1), open().repositories[1]);
      const since = async (milliseconds: number) => {
        const names = await store().revokedSince(at(milliseconds));
        return names.filter(({ userId }) => userId === ada || userId === eve).map(({ id }) => id);
      };
      assert.deepEqual((await since(0)).toSorted(), [early.id, late.id, other.id].toSorted());
      assert.deepEqual((await since(1)).toSorted(), [late.id, other.id].toSorted());
      assert.deepEqual(await since(2), [late.id]);
      assert.deepEqual(await since(3), []);
      assertExcludes(await since(-1e9), alive.id);
    });
  });
}
