import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { recordedAnswer } from '../../domain/idempotency.ts';
import type { AgentInstanceId } from '../../domain/ids.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import { anApiKey, newKeyId } from '../api-key-builder.ts';
import { assertMatches } from '../assertions.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import { issueOnce, requestOf } from './issue-once.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function races({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, saveNewKey, revoke } = testActionsIn(storeUnderTest);

  describe('at the same time', () => {
    /** Runs `work` `count` times at once, alternating between the two repositories. */
    const onBothRepositories = <Output>(
      count: number,
      work: (repository: ApiKeyRepository) => Promise<Output>,
    ) =>
      Promise.all(Array.from({ length: count }, (_, nth) => work(storeUnderTest().repositories[nth % 2]!)));

    test('updates with one idempotency key have one effect and one answer', async () => {
      for (let round = 0; round < 10; round += 1) {
        const userId = newUser();
        const request = requestOf(`round ${round}`);
        const answers = await onBothRepositories(12, (repository) => issueOnce(userId, request, repository));
        assert.equal(new Set(answers).size, 1);
        assertMatches(await store().list(userId), [{ id: answers[0] }]);
      }
    });

    test('an idempotency key that is used for an API key and for an instance at once has one effect', async () => {
      const userId = newUser();
      const request = requestOf('both');
      const instanceRecord = { fingerprint: request.fingerprint, answer: 'an instance', recordedAt: NOW };
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, (_, nth) =>
          issueOnce(userId, request, storeUnderTest().repositories[nth % 2]!),
        ),
        storeUnderTest().instances.update(
          { userId, agentInstanceId: randomUUID() as AgentInstanceId, idempotencyKey: request.key },
          (_, record) => {
            const answered = recordedAnswer(request, record);
            return {
              output: answered ?? instanceRecord.answer,
              changes: null,
              record: answered ? null : instanceRecord,
            };
          },
        ),
      ]);
      assert.equal(new Set(answers).size, 1);
      assert.equal((await store().list(userId)).length, answers[0] === instanceRecord.answer ? 0 : 1);
    });

    test('when many updates create the same key, one creates it and the others see it', async () => {
      for (let round = 0; round < 10; round += 1) {
        const userId = newUser();
        const id = newKeyId();
        const creationFlags = await onBothRepositories(12, (repository) =>
          repository.update({ userId, id }, (key) => ({
            output: key === null,
            changes: key ?? anApiKey({ id }),
            record: null,
          })),
        );
        assert.equal(creationFlags.filter((isCreator) => isCreator).length, 1);
      }
    });

    test('concurrent changes of a key are all kept', async () => {
      const userId = newUser();
      const { id } = await saveNewKey(userId, { name: '' });
      await onBothRepositories(20, (repository) =>
        repository.update({ userId, id }, (key) => ({
          output: null,
          changes: { ...key!, name: `${key?.name}x` },
          record: null,
        })),
      );
      assertMatches(await store().list(userId), [{ name: 'x'.repeat(20) }]);
    });

    test('marking keys as used, in any order, does not disturb other updates', async () => {
      const userId = newUser();
      const keys = await Promise.all(Array.from({ length: 30 }, () => saveNewKey(userId)));
      const uses = keys.map(({ id }, nth) => ({ userId, id, usedAt: msAfterNow(nth) }));
      await Promise.all([
        onBothRepositories(20, (repository) => repository.markUsed(uses)),
        onBothRepositories(20, (repository) => repository.markUsed(uses.toReversed())),
        onBothRepositories(20, (repository) => revoke(userId, keys[7]!.id, NOW, repository)),
      ]);
      const list = await store().list(userId);
      for (const { id, usedAt } of uses) {
        assert.deepEqual(list.find((key) => key.id === id)?.lastUsedAt, usedAt);
      }
      assertMatches(
        list.filter(({ revokedAt }) => revokedAt !== null),
        [{ id: keys[7]!.id }],
      );
    });
  });
}
