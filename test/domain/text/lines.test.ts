import { expect, test } from 'vitest';
import { joinLines, splitAfterLines, splitLines } from '../../../src/domain/text/lines.ts';

test.each(['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])('%j ends a line', (end) => {
  expect(splitLines(`a${end}b${end}`)).toEqual(['a', 'b', '']);
  expect(splitAfterLines(`a${end}${end}b`)).toEqual([`a${end}`, end, 'b']);
  expect(joinLines(`  a \t${end}${end} ${end}  b `, ' / ')).toBe('  a / b ');
});

test.each([
  ['a', 'a'],
  [' a ', ' a '],
  ['\na\n', '|a|'],
  ['\n', '|'],
  ['', ''],
])('%j as one line is %j', (text, line) => expect(joinLines(text, '|')).toBe(line));

test('a million spaces are read once, and not again from each of them', () => {
  const spaces = ' '.repeat(1_000_000);
  expect(joinLines(`${spaces}a${spaces}\nb`, '|')).toBe(`${spaces}a|b`);
});
