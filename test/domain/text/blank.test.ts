import { expect, test } from 'vitest';
import { isBlank, withoutFinalSpace } from '../../../src/domain/text/blank.ts';

test.each([' ', '\t', '\n', '\r\n', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff'])(
  '%j is white space, which can be removed from the end of a text',
  (space) => {
    expect(isBlank(space)).toBe(true);
    expect(withoutFinalSpace(`${space}a${space}b${space}${space}`)).toBe(`${space}a${space}b`);
    expect(withoutFinalSpace(space)).toBe('');
  },
);

test.each(['a', '\u200b', '\0', '😀'])('%j is no white space', (text) => {
  expect(isBlank(text)).toBe(false);
  expect(withoutFinalSpace(text)).toBe(text);
});
