import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { aKeyId, anApiKey } from '../an-api-key.ts';
import type { TestRunner } from '../test-runner.ts';
import { someone } from '../valid-values.ts';
import { recordOf } from './issue-once.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function idempotency({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, look } = keysIn(open);

  describe('idempotency', () => {
    test('the record is written with the key, and read with it', async () => {
      const userId = someone();
      const key = anApiKey();
      const record = recordOf('{"answer": "\u{1F4A5}"}');
      const target = { userId, id: key.id, idempotencyKey: 'first' };
      await store().update(target, () => ({ output: null, changes: key, record }));
      assert.deepEqual(await look(target), { key, record });
      assert.equal((await look({ ...target, idempotencyKey: 'second' })).record, null);
      assert.equal((await look({ userId, id: key.id })).record, null);
    });

    test('a record is written also where the key does not change', async () => {
      const userId = someone();
      const target = { userId, id: aKeyId(), idempotencyKey: 'first' };
      const record = recordOf('nothing to revoke');
      await store().update(target, () => ({ output: null, changes: null, record }));
      assert.deepEqual(await look(target), { key: null, record });
    });

    test('without an idempotency key no record is written', async () => {
      const userId = someone();
      const key = anApiKey();
      await store().update({ userId, id: key.id, idempotencyKey: null }, () => ({
        output: null,
        changes: key,
        record: recordOf('lost'),
      }));
      assert.deepEqual(await look({ userId, id: key.id, idempotencyKey: '' }), { key, record: null });
    });

    test('a record that exists is never overwritten, and its key is not written either', async () => {
      const userId = someone();
      const first = recordOf('first');
      const target = { userId, id: aKeyId(), idempotencyKey: 'same' };
      await store().update(target, () => ({ output: null, changes: null, record: first }));
      const again = store().update(target, () => ({
        output: null,
        changes: anApiKey({ id: target.id }),
        record: recordOf('second'),
      }));
      await assert.rejects(again, { code: 'storage_busy' });
      assert.deepEqual(await look(target), { key: null, record: first });
    });

    test('records are shared with the agent instances, both ways', async () => {
      const { instances } = open();
      const userId = someone();
      const agentInstanceId = randomUUID() as AgentInstanceId;
      const [ofKey, ofInstance] = [recordOf('from a key'), recordOf('from an instance')];
      const nothing = { output: null, changes: null };
      await store().update({ userId, id: aKeyId(), idempotencyKey: 'a' }, () => ({
        ...nothing,
        record: ofKey,
      }));
      await instances.update({ userId, agentInstanceId, idempotencyKey: 'b' }, () => ({
        ...nothing,
        record: ofInstance,
      }));
      const seen = await instances.update({ userId, agentInstanceId, idempotencyKey: 'a' }, (_, record) => ({
        output: record,
        changes: null,
        record: null,
      }));
      assert.deepEqual(seen, ofKey);
      assert.deepEqual((await look({ userId, id: aKeyId(), idempotencyKey: 'b' })).record, ofInstance);
    });
  });
}
