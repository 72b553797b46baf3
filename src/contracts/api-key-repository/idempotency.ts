import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId } from '../../domain/ids.ts';
import { anApiKey, newKeyId } from '../api-key-builder.ts';
import type { TestRunner } from '../test-runner.ts';
import { newUser } from '../test-values.ts';
import { recordOf } from './issue-once.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function idempotency({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, load } = testActionsIn(storeUnderTest);

  describe('idempotency', () => {
    test('the record is saved with the API key, and loaded with it', async () => {
      const userId = newUser();
      const key = anApiKey();
      const record = recordOf('{"answer": "\u{1F4A5}"}');
      const target = { userId, id: key.id, idempotencyKey: 'first' };
      await store().update(target, () => ({ output: null, changes: key, record }));
      assert.deepEqual(await load(target), { key, record });
      assert.equal((await load({ ...target, idempotencyKey: 'second' })).record, null);
      assert.equal((await load({ userId, id: key.id })).record, null);
    });

    test('a record is saved even when the API key does not change', async () => {
      const userId = newUser();
      const target = { userId, id: newKeyId(), idempotencyKey: 'first' };
      const record = recordOf('nothing to revoke');
      await store().update(target, () => ({ output: null, changes: null, record }));
      assert.deepEqual(await load(target), { key: null, record });
    });

    test('no record is saved without an idempotency key', async () => {
      const userId = newUser();
      const key = anApiKey();
      await store().update({ userId, id: key.id, idempotencyKey: null }, () => ({
        output: null,
        changes: key,
        record: recordOf('lost'),
      }));
      assert.deepEqual(await load({ userId, id: key.id, idempotencyKey: '' }), { key, record: null });
    });

    test('an existing record is never overwritten, and the API key is not saved either', async () => {
      const userId = newUser();
      const first = recordOf('first');
      const target = { userId, id: newKeyId(), idempotencyKey: 'same' };
      await store().update(target, () => ({ output: null, changes: null, record: first }));
      const repeat = store().update(target, () => ({
        output: null,
        changes: anApiKey({ id: target.id }),
        record: recordOf('second'),
      }));
      await assert.rejects(repeat, { code: 'storage_busy' });
      assert.deepEqual(await load(target), { key: null, record: first });
    });

    test('an API key and an agent instance each see the record that the other has saved', async () => {
      const { instances } = storeUnderTest();
      const userId = newUser();
      const agentInstanceId = randomUUID() as AgentInstanceId;
      const [keyRecord, instanceRecord] = [recordOf('from a key'), recordOf('from an instance')];
      const nothing = { output: null, changes: null };
      await store().update({ userId, id: newKeyId(), idempotencyKey: 'a' }, () => ({
        ...nothing,
        record: keyRecord,
      }));
      await instances.update({ userId, agentInstanceId, idempotencyKey: 'b' }, () => ({
        ...nothing,
        record: instanceRecord,
      }));
      const seen = await instances.update({ userId, agentInstanceId, idempotencyKey: 'a' }, (_, record) => ({
        output: record,
        changes: null,
        record: null,
      }));
      assert.deepEqual(seen, keyRecord);
      assert.deepEqual((await load({ userId, id: newKeyId(), idempotencyKey: 'b' })).record, instanceRecord);
    });
  });
}
