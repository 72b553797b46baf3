import assert from 'node:assert/strict';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import { anApiKey } from '../an-api-key.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, someone } from '../valid-values.ts';
import { recordOf } from './issue-once.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function tokenHash({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, saved, look, revocationsOf } = keysIn(open);

  describe('the hash of a token', () => {
    test('belongs to one key of a user: a second one is refused whole, and nobody is told of it', async () => {
      const userId = someone();
      const first = await saved(userId);
      const second = anApiKey({ tokenHash: first.tokenHash, revokedAt: NOW });
      const target = { userId, id: second.id, idempotencyKey: 'import' };
      const record = recordOf('imported');
      const heard = revocationsOf(userId);
      const refused = store().update(target, () => ({ output: null, changes: second, record }));
      await assert.rejects(refused, { code: 'storage_busy' });
      assert.deepEqual(await store().list(userId), [first]);
      assert.deepEqual(await look(target), { key: null, record: null });
      assert.deepEqual(heard, []);
    });

    test('finds the key of a token without an id, or with one that is not known', async () => {
      const userId = someone();
      const [key] = [await saved(userId), await saved(userId)];
      const find = (id: string | null, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(null, key.tokenHash), key);
      assert.deepEqual(await find('of-another-issuer', key.tokenHash), key);
      assert.equal(await find(null, 'unknown'), null);
      assert.equal(await find('unknown', 'unknown'), null);
    });

    test('counts less than the id, since one token may be written in two ways', async () => {
      const userId = someone();
      const [a, b] = [await saved(userId), await saved(userId)];
      const find = (id: ApiKeyId, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(a.id, 'written in another way'), a);
      assert.deepEqual(await find(a.id, b.tokenHash), a);
      assert.deepEqual(await find(b.id, a.tokenHash), b);
    });
  });
}
