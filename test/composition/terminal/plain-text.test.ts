import { describe, expect, test } from 'vitest';
import { columnsIn, cut, plainJson, wrap } from '../../../src/composition/terminal/plain-text.ts';
import { plainLine, plainText } from '../../../src/domain/text/plain-text.ts';

const FLAG = '\u{1F1E9}\u{1F1EA}';
const E = 'e\u0301';

/** An emoji that joins two others. */
const ASTRONAUT = '\u{1F469}\u200D\u{1F680}';
/** A word with a non-joiner after its second letter. */
const PERSIAN = '\u0645\u06CC\u200C\u0631\u0648\u0645';

describe('a line for the terminal', () => {
  test.each([
    ['letters', 'abcdef', 4, 'abc…'],
    ['accents', E.repeat(6), 4, `${E.repeat(3)}…`],
    ['flags', FLAG.repeat(4), 4, `${FLAG}…`],
    ['emoji with a skin tone', '\u{1F44D}\u{1F3FD}'.repeat(4), 5, `${'\u{1F44D}\u{1F3FD}'.repeat(2)}…`],
    ['an emoji by variation selector', 'a❤\uFE0Fbc', 3, 'a…'],
    ['joined emoji', ASTRONAUT.repeat(3), 9, `${ASTRONAUT.repeat(2)}…`],
    ['non-joiners', PERSIAN, 4, `${PERSIAN.slice(0, 4)}…`],
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
    [ASTRONAUT.repeat(3), 9, [ASTRONAUT.repeat(2), ASTRONAUT]],
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
    [ASTRONAUT, 4],
    [PERSIAN, 5],
  ])('%j takes %i columns', (text, columns) => expect(columnsIn(text)).toBe(columns));
});

test('any number of joined emoji is wrapped at the width', () => {
  const lines = [...wrap(Array(40).fill('\u{1F469}').join('\u200D'), 10)];
  expect(lines.join('').match(/\u{1F469}/gu)).toHaveLength(40);
  for (const line of lines) expect(columnsIn(line)).toBeLessThanOrEqual(10);
});

test('joiners and non-joiners stay in lines and in JSON', () => {
  expect(plainLine(`${ASTRONAUT} ${PERSIAN}`)).toBe(`${ASTRONAUT} ${PERSIAN}`);
  expect(plainJson([ASTRONAUT, PERSIAN])).toBe(`["${ASTRONAUT}","${PERSIAN}"]`);
});

test.each(['\u200B', '\u200E', '\u200F', '\u202E', '\u2066', '\u2069', '\uFEFF', '\u00AD', '\u001B'])(
  '%j is replaced in a line, and escaped in JSON',
  (character) => {
    expect(plainLine(`a${character}b`)).toBe('a�b');
    expect(plainJson(`a${character}b`)).toMatch(/^"a\\u[\da-f]{4}b"$/);
  },
);

test.each(['\n', '\r\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])('%j ends a line', (end) => {
  expect(plainText(`a${end}b`)).toBe('a\nb');
  expect(plainLine(`a${end}${end}b`)).toBe('a ⏎ b');
});
