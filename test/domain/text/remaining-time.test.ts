import { expect, test } from 'vitest';
import { remainingTime } from '../../../src/domain/text/remaining-time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [1, '1 s'],
  [59.2 * SECOND, '60 s'],
  [90 * SECOND, '90 s'],
  [90 * SECOND + 1, '2 min'],
  [149 * SECOND, '2 min'],
  [150 * SECOND, '3 min'],
  [59.4 * MINUTE, '59 min'],
  [59.5 * MINUTE, '1 h'],
  [61 * MINUTE, '1 h 1 min'],
  [119 * MINUTE, '1 h 59 min'],
  [119.5 * MINUTE, '2 h'],
  [149 * MINUTE, '2 h'],
  [150 * MINUTE, '3 h'],
  [47 * HOUR, '47 h'],
  [47.5 * HOUR, '2 days'],
  [30 * DAY, '30 days'],
])('%d ms are %j', (ms, expected) => {
  expect(remainingTime(ms)).toBe(expected);
});
