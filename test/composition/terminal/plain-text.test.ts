import { describe, expect, test } from 'vitest';
import { columnsIn, cut, plainLine, plainText, wrap } from '../../../src/composition/terminal/plain-text.ts';

const FLAG = '\u{1F1E9}\u{1F1EA}';
const E = 'e\u0301';

describe('a line for the terminal', () => {
  test.each([
    ['letters', 'abcdef', 4, 'abc…'],
    ['accents', E.repeat(6), 4, `${E.repeat(3)}…`],
    ['flags', FLAG.repeat(4), 4, `${FLAG}…`],
    ['emoji with a skin tone', '\u{1F44D}\u{1F3FD}'.repeat(4), 5, `${'\u{1F44D}\u{1F3FD}'.repeat(2)}…`],
    ['an emoji by variation selector', 'a❤\uFE0Fbc', 3, 'a…'],
    ['letters that fit', 'abcd', 4, 'abcd'],
    ['two-column letters that fit', '日本', 4, '日本'],
    ['nothing', '', 0, ''],
  ])('is cut between graphemes: %s', (_name, line, width, shown) => {
    expect(cut(line, width)).toBe(shown);
  });

  test.each([
    ['a bcd ef', 4, ['a', 'bcd', 'ef']],
    ['abcd ef', 4, ['abcd', 'ef']],
    ['abcdef', 4, ['abcd', 'ef']],
    [E.repeat(5), 4, [E.repeat(4), E]],
    [FLAG.repeat(3), 5, [FLAG.repeat(2), FLAG]],
    ['日', 1, ['日']],
    ['', 4, ['']],
  ])('%j is wrapped at %i columns between words and graphemes', (line, width, lines) => {
    expect([...wrap(line, width)]).toEqual(lines);
  });

  test.each([
    ['a', 1],
    [E, 1],
    ['日', 2],
    [FLAG, 2],
    ['❤\uFE0F', 2],
  ])('%j takes %i columns', (text, columns) => expect(columnsIn(text)).toBe(columns));
});

test.each(['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])('%j ends a line', (end) => {
  expect(plainText(`a${end}b`)).toBe('a\nb');
  expect(plainLine(`a${end}${end}b`)).toBe('a ⏎ b');
});
