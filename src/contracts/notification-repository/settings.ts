import assert from 'node:assert/strict';
import type { DestinationId } from '../../domain/ids.ts';
import { DEFAULT_RULES, NO_SETTINGS } from '../../domain/notification/settings.ts';
import { aDestination } from '../notification-builders.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newId, newUser } from '../test-values.ts';
import type { OpenNotifications } from './open-notifications.ts';
import { testActionsIn } from './test-actions.ts';

export function settings({ describe, test }: TestRunner, storeUnderTest: () => OpenNotifications): void {
  const { store, changeSettings, saveDestination } = testActionsIn(storeUnderTest);

  describe('settings', () => {
    test('of a user who has none are the default ones', async () => {
      assert.deepEqual(await store().readSettings(newUser()), NO_SETTINGS);
    });

    test('are loaded as they were saved, also by the other process', async () => {
      const userId = newUser();
      const destinations = [
        aDestination({
          name: '"phone" \u{1F4A5} \\ ?',
          createdAt: msAfterNow(1),
          changedAt: msAfterNow(4),
          verifiedAt: msAfterNow(2),
          failingSince: msAfterNow(3),
          lastError: 'refused:\u0000',
        }),
        aDestination({ kind: null }),
      ];
      const rules = {
        rules: [{ event: 'ended', destinations: [newId<DestinationId>()], afterSeconds: 30 }] as const,
        quietHours: { timeZone: 'Europe/Zurich', from: 1320, to: 420, days: [0, 6], urgentPasses: true },
        groupSeconds: 0,
        pauseWhileActive: false,
      };
      await changeSettings(userId, () => ({ destinations, rules, activeUntil: null }));
      const saved = { destinations, rules, activeUntil: null };
      assert.deepEqual(await store().readSettings(userId), saved);
      assert.deepEqual(await storeUnderTest().repositories[1].readSettings(userId), saved);
      await changeSettings(userId, (before) => {
        assert.deepEqual(before, saved);
        return NO_SETTINGS;
      });
      assert.deepEqual(await store().readSettings(userId), NO_SETTINGS);
    });

    test('stay as they are if the decision changes nothing or throws', async () => {
      const userId = newUser();
      await saveDestination(userId);
      const before = await store().readSettings(userId);
      const output = await store().updateSettings({ userId }, (loaded) => ({
        output: loaded,
        changes: null,
        record: null,
      }));
      assert.deepEqual(output, before);
      const refusal = new Error('refused');
      const refused = store().updateSettings({ userId }, () => {
        throw refusal;
      });
      await assert.rejects(refused, (thrown) => thrown === refusal);
      assert.deepEqual(await store().readSettings(userId), before);
    });

    test('of a user whose updates run at the same time are changed by each of them', async () => {
      const userId = newUser();
      await Promise.all(
        Array.from({ length: 20 }, (_, nth) =>
          changeSettings(
            userId,
            (before) => ({ ...before, destinations: [...before.destinations, aDestination()] }),
            storeUnderTest().repositories[nth % 2],
          ),
        ),
      );
      assert.equal((await store().readSettings(userId)).destinations.length, 20);
    });
  });

  describe('the time until which a user counts as active', () => {
    test('moves on, and never back', async () => {
      const userId = newUser();
      await saveDestination(userId);
      const activeAfter = async (time: Date) => {
        await store().noteActive(userId, time);
        return (await store().readSettings(userId)).activeUntil;
      };
      assert.deepEqual(await activeAfter(NOW), NOW);
      assert.deepEqual(await activeAfter(msAfterNow(2)), msAfterNow(2));
      assert.deepEqual(await activeAfter(msAfterNow(1)), msAfterNow(2));
    });

    test('is not stored for a user without settings', async () => {
      const userId = newUser();
      await store().noteActive(userId, NOW);
      assert.deepEqual(await store().readSettings(userId), NO_SETTINGS);
    });

    test('is not changed by an update of the settings', async () => {
      const userId = newUser();
      await saveDestination(userId);
      await store().noteActive(userId, NOW);
      await changeSettings(userId, () => ({ ...NO_SETTINGS, activeUntil: msAfterNow(9) }));
      const changed = { destinations: [], rules: DEFAULT_RULES, activeUntil: NOW };
      assert.deepEqual(await store().readSettings(userId), changed);
    });
  });
}
