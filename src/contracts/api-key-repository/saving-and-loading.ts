import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { anApiKey, newKeyId } from '../api-key-builder.ts';
import { assertIncludes } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function savingAndLoading({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, save, saveNewKey, load, revoke, recordRevocations } = testActionsIn(storeUnderTest);

  describe('what is saved is what is loaded', () => {
    test('every read returns every field of the key as it was saved', async () => {
      const userId = newUser();
      const key = await saveNewKey(userId, {
        name: 'laptop \u{1F4A5} "quoted" \\ ?',
        scope: 'dashboard',
        agentInstanceId: randomUUID() as AgentInstanceId,
        client: { id: 'https://example.com/"client"', host: 'example.com', scopes: ['agent', 'dashboard'] },
        createdAt: NOW,
        expiresAt: msAfterNow(1),
        lastUsedAt: msAfterNow(2),
        revokedAt: msAfterNow(3),
      });
      assert.deepEqual(await load({ userId, id: key.id }), { key, record: null });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual(await store().findByToken(userId, { id: key.id, hash: key.tokenHash }), key);
      assert.deepEqual(
        (await store().listAll()).filter((each) => each.userId === userId),
        [{ userId, key }],
      );
    });

    test('absent fields of a key are null', async () => {
      const userId = newUser();
      const key = await saveNewKey(userId, {
        agentInstanceId: null,
        client: null,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual((await load({ userId, id: key.id })).key, key);
    });

    test('a change replaces the key, also for the other process', async () => {
      const userId = newUser();
      const key = await saveNewKey(userId, { expiresAt: NOW });
      const changed = { ...key, name: 'desktop', scope: 'dashboard' as const, expiresAt: null };
      await save(userId, changed);
      assert.deepEqual(await storeUnderTest().repositories[1].list(userId), [changed]);
    });

    test('changing an object that was saved or loaded does not change the store', async () => {
      const userId = newUser();
      const key = anApiKey({ createdAt: new Date(NOW) });
      await save(userId, key);
      key.createdAt.setTime(0);
      (await load({ userId, id: key.id })).key?.createdAt.setTime(0);
      for (const each of await store().list(userId)) each.createdAt.setTime(0);
      (await store().findByToken(userId, { id: key.id, hash: '' }))?.createdAt.setTime(0);
      assert.deepEqual(await store().list(userId), [{ ...key, createdAt: NOW }]);
    });

    test('an update without changes writes nothing, and an error that a decision throws reaches the caller unchanged', async () => {
      const userId = newUser();
      const id = newKeyId();
      assert.equal((await load({ userId, id })).key, null);
      const refusal = new Error('refused');
      const refused = store().update({ userId, id }, () => {
        throw refusal;
      });
      await assert.rejects(refused, (thrown) => thrown === refusal);
      assert.deepEqual(await store().list(userId), []);
    });

    for (const [description, text] of [
      ['quotes, backslashes, placeholders', 'a"b\\c\'d?e$1:f{}%'],
      ['characters beyond the basic multilingual plane', '😀漢ü'],
      ['right-to-left text, joiners and combining characters', 'שלום\u200d\u0301'],
      ['white space and control characters', ' \t\n\u0001\u2028'],
      ['texts that look alike but differ', 'e\u0301 and é'],
      ['255 characters with two bytes each', 'ü'.repeat(255)],
    ] as const) {
      test(`a user id may be any text: ${description}`, async () => {
        const userId = `${text}${randomUUID()}` as UserId;
        const key = await saveNewKey(userId);
        const received = recordRevocations(userId);
        await revoke(userId, key.id);
        await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
        assert.deepEqual(await store().list(userId), [{ ...key, revokedAt: NOW, lastUsedAt: NOW }]);
        assertIncludes(await store().revokedSince(NOW), { userId, id: key.id });
        assertIncludes(
          (await store().listAll()).map((each) => each.userId),
          userId,
        );
        assert.deepEqual(received, [{ userId, id: key.id }]);
      });
    }
  });
}
