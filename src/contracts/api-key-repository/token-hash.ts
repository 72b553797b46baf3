import assert from 'node:assert/strict';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { anApiKey } from '../api-key-builder.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newUser } from '../test-values.ts';
import { recordOf } from './issue-once.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function tokenHash({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, saveNewKey, load, recordRevocations } = testActionsIn(storeUnderTest);

  describe('the hash of a token', () => {
    test('belongs to one key of a user: saving a second key with it fails, and nothing is saved or published', async () => {
      const userId = newUser();
      const first = await saveNewKey(userId);
      const second = anApiKey({ tokenHash: first.tokenHash, revokedAt: NOW });
      const target = { userId, id: second.id, idempotencyKey: 'import' };
      const record = recordOf('imported');
      const received = recordRevocations(userId);
      const refused = store().update(target, () => ({ output: null, changes: second, record }));
      await assert.rejects(refused, { code: 'storage_busy' });
      assert.deepEqual(await store().list(userId), [first]);
      assert.deepEqual(await load(target), { key: null, record: null });
      assert.deepEqual(received, []);
    });

    test('finds the key of a token that has no id or an unknown one', async () => {
      const userId = newUser();
      const [key] = [await saveNewKey(userId), await saveNewKey(userId)];
      const find = (id: string | null, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(null, key.tokenHash), key);
      assert.deepEqual(await find('of-another-issuer', key.tokenHash), key);
      assert.equal(await find(null, 'unknown'), null);
      assert.equal(await find('unknown', 'unknown'), null);
    });

    test('is ignored when the id is known, because the same token can be encoded in two ways', async () => {
      const userId = newUser();
      const [a, b] = [await saveNewKey(userId), await saveNewKey(userId)];
      const find = (id: ApiKeyId, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(a.id, 'written in another way'), a);
      assert.deepEqual(await find(a.id, b.tokenHash), a);
      assert.deepEqual(await find(b.id, a.tokenHash), b);
    });
  });
}
