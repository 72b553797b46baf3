import { describe, expect, test } from 'vitest';
import {
  formatClockTime,
  formatDay,
  formatRelativeTime,
  formatSince,
} from '../../web/src/model/format-time.ts';

const NOW = Date.parse('2026-05-10T12:00:00.000Z');
const ago = (ms: number) => formatRelativeTime(new Date(NOW - ms).toISOString(), NOW, 'en');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('a time', () => {
  test.each([
    [0, 'now'],
    [-5_000, 'now'],
    [2 * MINUTE, '2m ago'],
    [59.6 * MINUTE, '1h ago'],
    [3 * 60 * MINUTE, '3h ago'],
    [2 * DAY, '2d ago'],
    [30 * DAY, 'Apr 10'],
    [400 * DAY, 'Apr 5, 2025'],
  ])('%i ms ago is shown as %j', (ms, expected) => {
    expect(ago(ms)).toBe(expected);
  });

  test('is shown in the reader’s language', () => {
    expect(formatRelativeTime(new Date(NOW - 2 * DAY).toISOString(), NOW, 'de')).toMatch(/^vor 2 T/);
  });

  test('since which something lasts is a time of day, after the date if that is another day', () => {
    const since = (ms: number) => formatSince(new Date(NOW - ms).toISOString(), NOW, 'en-GB');
    expect([since(2 * MINUTE), since(3 * DAY)]).toEqual([
      expect.stringMatching(/^\d\d:\d\d$/),
      expect.stringMatching(/^7 May, \d\d:\d\d$/),
    ]);
  });

  test('has two digits for the hour, also after midnight, where the language writes it so', () => {
    const midnight = new Date(2026, 4, 10, 0, 5).toISOString();
    expect(formatClockTime(midnight, 'en-GB')).toBe('00:05');
    expect(formatClockTime(midnight, 'en-US')).toMatch(/^12:05\sAM$/);
  });

  test('today and yesterday are shown as words, other days as dates', () => {
    const day = (days: number) => formatDay(new Date(NOW - days * DAY).toISOString(), NOW, 'en');
    expect([day(0), day(1), day(9)]).toEqual(['today', 'yesterday', 'Friday, May 1']);
  });
});
