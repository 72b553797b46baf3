import assert from 'node:assert/strict';
import type { ApiKey } from '../../domain/user/api-key.ts';
import { assertExcludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function revocation({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, save, saveNewKey, load, revoke, recordRevocations } = testActionsIn(storeUnderTest);

  describe('revocation', () => {
    test('is published once, when the key becomes revoked, and not for other changes', async () => {
      const userId = newUser();
      const received = recordRevocations(userId);
      const key = await saveNewKey(userId);
      await save(userId, { ...key, name: 'renamed' });
      await load({ userId, id: key.id });
      assert.deepEqual(received, []);
      await revoke(userId, key.id);
      assert.deepEqual(received, [{ userId, id: key.id }]);
      await revoke(userId, key.id, msAfterNow(1));
      await save(userId, { ...key, name: 'again', revokedAt: msAfterNow(2) });
      assert.equal(received.length, 1);
    });

    test('is published for a key that is first saved as revoked', async () => {
      const userId = newUser();
      const received = recordRevocations(userId);
      const { id } = await saveNewKey(userId, { revokedAt: NOW });
      assert.deepEqual(received, [{ userId, id }]);
    });

    test('is published only when every process can read it', async () => {
      const userId = newUser();
      const { id, tokenHash } = await saveNewKey(userId);
      const keyRead = Promise.withResolvers<ApiKey | null>();
      const subscription = storeUnderTest().revocations.onRevoked((key) => {
        if (key.id !== id) return;
        keyRead.resolve(storeUnderTest().repositories[1].findByToken(userId, { id, hash: tokenHash }));
      });
      await revoke(userId, id);
      subscription.close();
      assertMatches(await keyRead.promise, { id, revokedAt: NOW });
    });

    test('can be listed from a given time on, for all users', async () => {
      const start = new Date(Date.UTC(2030, 0, 1) + Math.floor(Math.random() * 1e9));
      const afterStart = (milliseconds: number) => new Date(start.getTime() + milliseconds);
      const [ada, eve] = [newUser(), newUser()];
      const [revokedFirst, revokedLast, validKey] = [
        await saveNewKey(ada),
        await saveNewKey(ada),
        await saveNewKey(ada),
      ];
      const keyOfEve = await saveNewKey(eve);
      await revoke(ada, revokedFirst.id, afterStart(0));
      await revoke(ada, revokedLast.id, afterStart(2));
      await revoke(eve, keyOfEve.id, afterStart(1), storeUnderTest().repositories[1]);
      const idsRevokedSince = async (milliseconds: number) => {
        const revoked = await store().revokedSince(afterStart(milliseconds));
        return revoked.filter(({ userId }) => userId === ada || userId === eve).map(({ id }) => id);
      };
      assert.deepEqual(
        (await idsRevokedSince(0)).toSorted(),
        [revokedFirst.id, revokedLast.id, keyOfEve.id].toSorted(),
      );
      assert.deepEqual((await idsRevokedSince(1)).toSorted(), [revokedLast.id, keyOfEve.id].toSorted());
      assert.deepEqual(await idsRevokedSince(2), [revokedLast.id]);
      assert.deepEqual(await idsRevokedSince(3), []);
      assertExcludes(await idsRevokedSince(-1e9), validKey.id);
    });
  });
}
