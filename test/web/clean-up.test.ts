import { expect, test } from 'vitest';
import { cleanUpText, isOldEnough } from '../../web/src/model/clean-up.ts';
import { anInstance } from './builders.ts';

const NOW = Date.parse('2026-01-02T10:00:00.000Z');
const DAY_MS = 86_400_000;

test.each([
  ['silent since its start', {}, 'end', true],
  ['that wrote within the day', { latest_message_at: '2026-01-01T10:00:01.000Z' }, 'end', false],
  ['that is alive', { last_heartbeat_at: '2026-01-02T09:00:00.000Z' }, 'end', false],
  ['that ended a day ago', { ended_at: '2026-01-01T10:00:00.000Z' }, 'delete', true],
  [
    'that wrote after its end',
    { ended_at: '2026-01-01T10:00:00.000Z', latest_message_at: '2026-01-02T09:00:00.000Z' },
    'delete',
    true,
  ],
  ['that ended within the day', { ended_at: '2026-01-01T10:00:01.000Z' }, 'delete', false],
] as const)('an agent %s is cleaned up after a day, or not', (_, change, kind, isOld) => {
  expect(isOldEnough(anInstance(change), kind, DAY_MS, NOW)).toBe(isOld);
});

test('the button says how many', () => {
  expect([cleanUpText('end', 1), cleanUpText('delete', 3)]).toEqual(['End one agent', 'Delete 3 agents']);
});
