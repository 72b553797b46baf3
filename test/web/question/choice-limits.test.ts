import { describe, expect, test } from 'vitest';
import { isWithinLimits, limitsText } from '../../../web/src/model/question/choice-limits.ts';

describe('how many options can be chosen', () => {
  test.each([
    [2, 2, 'Choose 2'],
    [0, 3, 'Choose any'],
    [0, 2, 'Choose up to 2'],
    [1, 2, 'Choose 1 to 2'],
    [1, 3, 'Choose at least 1'],
  ])('%i to %i of three is shown as %j', (min, max, expected) => {
    expect(limitsText({ min, max, options: ['a', 'b', 'c'] })).toBe(expected);
  });

  test('includes both limits', () => {
    expect([0, 1, 2, 3].map((count) => isWithinLimits(count, { min: 1, max: 2 }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
