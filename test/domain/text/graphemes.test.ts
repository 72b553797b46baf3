import { describe, expect, test } from 'vitest';
import { cutText, graphemesOf } from '../../../src/domain/text/graphemes.ts';

const FAMILY = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}';

describe('a text is cut at the end of a grapheme', () => {
  test.each([
    ['plain letters', 'abcdef', 'abc'],
    ['an emoji', 'ab\u{1F600}c', 'ab'],
    ['an emoji that just fits', 'a\u{1F600}bc', 'a\u{1F600}'],
    ['a letter with an accent', 'abe\u0301c', 'ab'],
    ['a flag', 'ab\u{1F1E9}\u{1F1EA}', 'ab'],
    ['the second of two flags', '\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}', '\u{1F1E9}'],
    ['a family', `a${FAMILY}`, 'a'],
    ['a skin tone', 'a\u{1F44D}\u{1F3FD}', 'a'],
    ['a Hangul syllable', 'ab\u1112\u1161\u11ab', 'ab'],
    ['a Devanagari syllable', 'ab\u0928\u093f', 'ab'],
    ['a line end of two characters', 'ab\r\n', 'ab'],
    ['a lone surrogate', 'abc\ud83d', 'abc'],
  ])('%s', (_name, text, kept) => {
    expect(cutText(text, 3)).toBe(kept);
  });

  test.each([0, 1, 2, 5, 100])('a first grapheme longer than %i units is cut between code points', (max) => {
    const cut = cutText(`\u{1F600}${'\u0301'.repeat(1_000)}`, max);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(max);
    expect(cut.length).toBeGreaterThanOrEqual(max - 1);
  });

  test('a text that fits stays as it is', () => {
    expect(cutText(`a${FAMILY}`, 9)).toBe(`a${FAMILY}`);
  });
});

test('the graphemes of a text are its characters as people see them', () => {
  expect([...graphemesOf(`ae\u0301${FAMILY}\u{1F1E9}\u{1F1EA}`)]).toEqual([
    'a',
    'e\u0301',
    FAMILY,
    '\u{1F1E9}\u{1F1EA}',
  ]);
});
