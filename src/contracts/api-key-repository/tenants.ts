import assert from 'node:assert/strict';
import { aKeyId } from '../an-api-key.ts';
import { assertExcludes, assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, someone } from '../valid-values.ts';
import { issueOnce, requestOf } from './issue-once.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function tenants({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, saved, look, revoke } = keysIn(open);

  describe('users are apart', () => {
    test('one id under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const id = aKeyId();
      const [hers, other] = [await saved(ada, { id }), await saved(eve, { id })];
      await revoke(ada, id);
      await store().markUsed([{ userId: ada, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(ada), [{ ...hers, revokedAt: NOW, lastUsedAt: NOW }]);
      assert.deepEqual(await store().list(eve), [other]);
      assertExcludes(await store().revokedSince(NOW), { userId: eve, id });
    });

    test('one hash under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const hers = await saved(ada);
      const other = await saved(eve, { tokenHash: hers.tokenHash });
      assert.deepEqual(await store().findByToken(ada, { id: null, hash: hers.tokenHash }), hers);
      assert.deepEqual(await store().findByToken(eve, { id: null, hash: hers.tokenHash }), other);
    });

    test('an id or a hash of another user finds nothing, and changes nothing', async () => {
      const [ada, eve] = [someone(), someone()];
      const { id, tokenHash } = await saved(ada);
      assert.equal((await look({ userId: eve, id })).key, null);
      assert.equal(await revoke(eve, id), null);
      await store().markUsed([{ userId: eve, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(eve), []);
      assert.equal(await store().findByToken(eve, { id, hash: tokenHash }), null);
      assertMatches(await store().list(ada), [{ id, revokedAt: null, lastUsedAt: null }]);
    });

    test('an idempotency key is its user’s own', async () => {
      const [ada, eve] = [someone(), someone()];
      const request = requestOf('one');
      const [hers, other] = [await issueOnce(ada, request, store()), await issueOnce(eve, request, store())];
      assert.notEqual(hers, other);
      assertMatches(await store().list(eve), [{ id: other }]);
    });
  });
}
