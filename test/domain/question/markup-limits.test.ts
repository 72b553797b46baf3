import { describe, expect, test } from 'vitest';
import { parseMarkup } from '../../../src/domain/question/markup.ts';
import { valuesOf, withBlock } from './option-texts.ts';

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1}. Option ${index + 1}`);

test('options with the same text are offered once, and empty ones not at all', () => {
  expect(valuesOf(withBlock('1. A', '2.', '3. **A**', '4. a', '5.  A '))).toEqual(['A', 'a']);
});

test('a question has 1 to 30 options', () => {
  expect(valuesOf(withBlock('1. Only'))).toEqual(['Only']);
  expect(valuesOf(withBlock('- Only'))).toEqual(['Only']);
  expect(valuesOf(withBlock(...numbered(30)))).toHaveLength(30);
  expect(valuesOf(withBlock(...numbered(30), '31. Option 1'))).toHaveLength(30);
  expect(valuesOf(withBlock(...numbered(31)))).toBeNull();
  expect(valuesOf(`Go? [OPTIONS] ${numbered(31).join(' ')} [/OPTIONS]`)).toBeNull();
});

describe('the label of an option', () => {
  const labelOf = (value: string) => parseMarkup(withBlock(`1. ${value}`, '2. No'))?.choice.options[0]?.label;

  test.each([
    ['200 letters', 'a'.repeat(200)],
    ['200 emoji', '😀'.repeat(200)],
    ['invisible characters', 'a\u200b\u202eb\u2066'],
  ])('is the value: %s', (_name, value) => expect(labelOf(value)).toBe(value));

  test.each([
    ['letters', 'a'.repeat(201), `${'a'.repeat(199)}…`],
    ['emoji', '😀'.repeat(1_000), `${'😀'.repeat(199)}…`],
    ['letters with accents', 'e\u0301'.repeat(101), `${'e\u0301'.repeat(99)}…`],
    ['a space at the cut', `${'a'.repeat(198)} bcd`, `${'a'.repeat(198)}…`],
    ['words', 'word '.repeat(50).trim(), `${'word '.repeat(40).trim()}…`],
  ])('is cut after a grapheme, to at most 200 code points: %s', (_name, value, label) => {
    expect(labelOf(value)).toBe(label);
    expect(valuesOf(withBlock(`1. ${value}`, '2. No'))).toEqual([value, 'No']);
  });
});

test('no option is longer than 1,000 code points: such a block stays text', () => {
  expect(valuesOf(withBlock('1. a', `2. ${'😀'.repeat(1_000)}`))).toHaveLength(2);
  expect(valuesOf(withBlock('1. a', `2. ${'😀'.repeat(1_000)}b`))).toBeNull();
  expect(valuesOf(withBlock('1. a', ...Array.from({ length: 101 }, () => 'b'.repeat(9))))).toBeNull();
});
