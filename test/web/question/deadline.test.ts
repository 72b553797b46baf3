import { describe, expect, test } from 'vitest';
import {
  afterDeadline,
  needsSeconds,
  postponedBy,
  timeLeft,
} from '../../../web/src/model/question/deadline.ts';
import { aQuestion, aShape, OPTIONS } from '../builders.ts';

const NOW = Date.parse('2026-05-10T12:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const timeAfter = (ms: number) => new Date(NOW + ms).toISOString();

describe('the time that a question has left', () => {
  test.each([
    [-MINUTE, 'time is over'],
    [0, 'time is over'],
    [1, '1 s left'],
    [59.2 * SECOND, '60 s left'],
    [60.5 * SECOND, '61 s left'],
    [12 * MINUTE, '12 min left'],
    [90 * MINUTE, '1 h 30 min left'],
    [5 * HOUR, '5 h left'],
    [47 * HOUR, '47 h left'],
    [3 * DAY, '3 days left'],
  ])('%i ms are shown as %j', (ms, expected) => {
    expect(timeLeft(timeAfter(ms), NOW)).toBe(expected);
  });

  test('is counted in seconds from before the last 90 s on, because the other clock is slow', () => {
    expect([20 * SECOND, 110 * SECOND, 2 * MINUTE].map((ms) => needsSeconds(timeAfter(ms), NOW))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('more time', () => {
  test.each([
    ['is added to what is left', 10 * MINUTE, 300, 900],
    ['begins now if none is left', -HOUR, 300, 300],
    ['ends where the server allows no more', 30 * DAY, 3_600, 30 * 86_400],
  ])('%s', (_, leftMs, added, expected) => {
    expect(postponedBy(added, timeAfter(leftMs), NOW)).toBe(expected);
  });
});

describe('what happens when the time is over', () => {
  const form = { type: 'object', properties: { port: { type: 'integer', title: 'Port' } } } as const;

  test.each([
    ['no answer', null, 'Then: no answer'],
    ['a text', aShape({ default_answer: 'Go\n  on' }), 'Then the answer is: Go on'],
    [
      'an option',
      aShape({ options: OPTIONS, min: 1, max: 1, default_answer: ['2'] }),
      'Then the answer is: Two',
    ],
    [
      'several options',
      aShape({ options: OPTIONS, multiple: true, max: 2, default_answer: ['1', '2'] }),
      'Then the answer is: One, Two',
    ],
    ['a form', aShape({ form, default_answer: { port: 80 } }), 'Then the answer is: Port: 80'],
  ])('is said before: %s', (_, question, expected) => {
    expect(afterDeadline(aQuestion(1, { question }))).toBe(expected);
  });

  test('is shortened if the default answer is long', () => {
    const text = afterDeadline(aQuestion(1, { question: aShape({ default_answer: 'word '.repeat(100) }) }));
    expect(text.length).toBeLessThan(150);
    expect(text).toMatch(/ …$/);
  });
});
