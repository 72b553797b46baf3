import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import { aKeyId, anApiKey } from '../an-api-key.ts';
import { assertIncludes } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { later, NOW, someone } from '../valid-values.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function savingAndLoading({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, save, saved, look, revoke, revocationsOf } = keysIn(open);

  describe('what is saved is what is loaded', () => {
    test('a key comes back field by field, from every read', async () => {
      const userId = someone();
      const key = await saved(userId, {
        name: 'laptop \u{1F4A5} "quoted" \\ ?',
        scope: 'dashboard',
        agentInstanceId: randomUUID() as AgentInstanceId,
        createdAt: NOW,
        expiresAt: later(1),
        lastUsedAt: later(2),
        revokedAt: later(3),
      });
      assert.deepEqual(await look({ userId, id: key.id }), { key, record: null });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual(await store().findByToken(userId, { id: key.id, hash: key.tokenHash }), key);
      assert.deepEqual(
        (await store().listAll()).filter((each) => each.userId === userId),
        [{ userId, key }],
      );
    });

    test('what a key lacks is null', async () => {
      const userId = someone();
      const key = await saved(userId, {
        agentInstanceId: null,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual((await look({ userId, id: key.id })).key, key);
    });

    test('a change replaces the key, in this process and the other', async () => {
      const userId = someone();
      const key = await saved(userId, { expiresAt: NOW });
      const changed = { ...key, name: 'desktop', scope: 'dashboard' as const, expiresAt: null };
      await save(userId, changed);
      assert.deepEqual(await open().repositories[1].list(userId), [changed]);
    });

    test('nobody reaches the store by what it was given or gave', async () => {
      const userId = someone();
      const key = anApiKey({ createdAt: new Date(NOW) });
      await save(userId, key);
      key.createdAt.setTime(0);
      (await look({ userId, id: key.id })).key?.createdAt.setTime(0);
      for (const each of await store().list(userId)) each.createdAt.setTime(0);
      (await store().findByToken(userId, { id: key.id, hash: '' }))?.createdAt.setTime(0);
      assert.deepEqual(await store().list(userId), [{ ...key, createdAt: NOW }]);
    });

    test('an update that decides nothing writes nothing, and what it throws comes out as it is', async () => {
      const userId = someone();
      const id = aKeyId();
      assert.equal((await look({ userId, id })).key, null);
      const refusal = new Error('refused');
      const refused = store().update({ userId, id }, () => {
        throw refusal;
      });
      await assert.rejects(refused, (thrown) => thrown === refusal);
      assert.deepEqual(await store().list(userId), []);
    });

    for (const [what, text] of [
      ['quotes, backslashes, placeholders', 'a"b\\c\'d?e$1:f{}%'],
      ['beyond the basic plane', '😀漢ü'],
      ['right to left, joiners, combining', 'שלום\u200d\u0301'],
      ['white space and control characters', ' \t\n\u0001\u2028'],
      ['forms that look alike, apart', 'e\u0301 and é'],
      ['as long as a long one', 'ü'.repeat(255)],
    ] as const) {
      test(`a user id may be any text: ${what}`, async () => {
        const userId = `${text}${randomUUID()}` as UserId;
        const key = await saved(userId);
        const heard = revocationsOf(userId);
        await revoke(userId, key.id);
        await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
        assert.deepEqual(await store().list(userId), [{ ...key, revokedAt: NOW, lastUsedAt: NOW }]);
        assertIncludes(await store().revokedSince(NOW), { userId, id: key.id });
        assertIncludes(
          (await store().listAll()).map((each) => each.userId),
          userId,
        );
        assert.deepEqual(heard, [{ userId, id: key.id }]);
      });
    }
  });
}
