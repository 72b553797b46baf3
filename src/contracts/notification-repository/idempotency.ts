import assert from 'node:assert/strict';
import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../domain/idempotency.ts';
import type { NotificationId, UserId } from '../../domain/ids.ts';
import { aDestination, aNotification } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { NOW, newId, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

const REQUEST: Idempotency = { key: 'once', fingerprint: 'add a phone', requestedAt: NOW };

const recordOf = (answer: string): IdempotencyRecord => ({
  fingerprint: REQUEST.fingerprint,
  answer,
  recordedAt: NOW,
});

export function idempotency({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, all } = testActionsIn(storeUnderTest);
  const repositoryOf = (nth: number) => storeUnderTest().repositories[nth % 2]!;

  /** Adds a destination, as a use case does. Returns its id; for a repeated request, the recorded one. */
  const addOnce = (userId: UserId, repository = store()) =>
    repository.updateSettings({ userId, idempotencyKey: REQUEST.key }, (settings, record) => {
      const recorded = recordedAnswer(REQUEST, record);
      if (recorded !== null) return { output: recorded, changes: null, record: null };
      const added = aDestination();
      const changes = { ...settings, destinations: [...settings.destinations, added] };
      return { output: added.id as string, changes, record: recordOf(added.id) };
    });

  /** Makes a notification, as the test of a destination does. */
  const testOnce = (userId: UserId, repository = store()) => {
    const id = newId<NotificationId>();
    return repository.update({ userId, id, idempotencyKey: REQUEST.key }, (_, record) => {
      const recorded = recordedAnswer(REQUEST, record);
      if (recorded !== null) return { output: recorded, changes: null, record: null };
      return { output: id as string, changes: aNotification({ id }), record: recordOf(id) };
    });
  };

  describe('a request with an idempotency key', () => {
    test('changes settings once, also if it is repeated at the same time', async () => {
      const userId = newUser();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, nth) => addOnce(userId, repositoryOf(nth))),
      );
      assert.equal(new Set([...answers, await addOnce(userId)]).size, 1);
      const { destinations } = await store().readSettings(userId);
      assert.deepEqual(
        destinations.map(({ id }) => id),
        [answers[0]],
      );
    });

    test('makes one notification, also if it is repeated at the same time', async () => {
      const userId = newUser();
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, nth) => testOnce(userId, repositoryOf(nth))),
      );
      assert.equal(new Set([...answers, await testOnce(userId)]).size, 1);
      assert.deepEqual(
        (await all(userId)).map(({ id }) => id),
        [answers[0]],
      );
    });

    test('has its record shared with all other requests of the user', async () => {
      const userId = newUser();
      const answer = await addOnce(userId);
      assert.equal(await testOnce(userId), answer);
      assert.deepEqual(await all(userId), []);
      const record = await storeUnderTest().instances[0].update(
        { userId, agentInstanceId: newId(), idempotencyKey: REQUEST.key },
        (_, stored) => ({ output: stored, changes: null, record: null }),
      );
      assert.deepEqual(record, recordOf(answer));
    });

    test('saves neither its change nor its record if the key has a record', async () => {
      const userId = newUser();
      await addOnce(userId);
      const before = await store().readSettings(userId);
      const record = recordOf('another');
      const settingsRefused = store().updateSettings({ userId, idempotencyKey: REQUEST.key }, (settings) => ({
        output: null,
        changes: { ...settings, destinations: [] },
        record,
      }));
      await assert.rejects(settingsRefused, { code: 'storage_busy' });
      const id = newId<NotificationId>();
      const refused = store().update({ userId, id, idempotencyKey: REQUEST.key }, () => ({
        output: null,
        changes: aNotification({ id }),
        record,
      }));
      await assert.rejects(refused, { code: 'storage_busy' });
      assert.deepEqual(await store().readSettings(userId), before);
      assert.deepEqual(await all(userId), []);
    });
  });
}
