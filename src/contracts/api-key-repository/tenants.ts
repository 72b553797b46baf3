import assert from 'node:assert/strict';
import { newKeyId } from '../api-key-builder.ts';
import { assertExcludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newUser } from '../test-values.ts';
import { issueOnce, requestOf } from './issue-once.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function tenants({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, saveNewKey, load, revoke } = testActionsIn(storeUnderTest);

  describe('tenants', () => {
    test('two users with the same key id have two keys', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const id = newKeyId();
      const [adasKey, evesKey] = [await saveNewKey(ada, { id }), await saveNewKey(eve, { id })];
      await revoke(ada, id);
      await store().markUsed([{ userId: ada, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(ada), [{ ...adasKey, revokedAt: NOW, lastUsedAt: NOW }]);
      assert.deepEqual(await store().list(eve), [evesKey]);
      assertExcludes(await store().revokedSince(NOW), { userId: eve, id });
    });

    test('two users with the same token hash have two keys', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const adasKey = await saveNewKey(ada);
      const evesKey = await saveNewKey(eve, { tokenHash: adasKey.tokenHash });
      assert.deepEqual(await store().findByToken(ada, { id: null, hash: adasKey.tokenHash }), adasKey);
      assert.deepEqual(await store().findByToken(eve, { id: null, hash: adasKey.tokenHash }), evesKey);
    });

    test('the id or hash of another user’s key finds nothing and changes nothing', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const { id, tokenHash } = await saveNewKey(ada);
      assert.equal((await load({ userId: eve, id })).key, null);
      assert.equal(await revoke(eve, id), null);
      await store().markUsed([{ userId: eve, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(eve), []);
      assert.equal(await store().findByToken(eve, { id, hash: tokenHash }), null);
      assertMatches(await store().list(ada), [{ id, revokedAt: null, lastUsedAt: null }]);
    });

    test('an idempotency key belongs to one user', async () => {
      const [ada, eve] = [newUser(), newUser()];
      const request = requestOf('one');
      const [adasKey, evesKey] = [
        await issueOnce(ada, request, store()),
        await issueOnce(eve, request, store()),
      ];
      assert.notEqual(adasKey, evesKey);
      assertMatches(await store().list(eve), [{ id: evesKey }]);
    });
  });
}
