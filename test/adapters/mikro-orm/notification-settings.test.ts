import { expect, test } from 'vitest';
import { settingsOf } from '../../../src/adapters/mikro-orm/statements/notifications/settings.ts';
import { aDestination } from '../../../src/contracts/notification-builders.ts';
import { DEFAULT_RULES } from '../../../src/domain/notification/settings.ts';

test('a destination that an earlier version has stored counts as changed when it was made', () => {
  const destination = aDestination();
  const { changedAt: _, ...stored } = JSON.parse(JSON.stringify(destination));
  const row = { rules: DEFAULT_RULES, activeUntil: null, destinationCount: 1, watchesSilence: false };
  const userId = 'ann' as Parameters<typeof settingsOf>[0]['userId'];
  const { destinations } = settingsOf({ ...row, userId, destinations: [stored] });
  expect(destinations).toEqual([{ ...destination, changedAt: destination.createdAt }]);
});
