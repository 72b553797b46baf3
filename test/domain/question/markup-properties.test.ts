import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMarkup } from '../../../src/domain/question/markup.ts';
import { isBlank, withoutFinalSpace } from '../../../src/domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../src/domain/text/code-points.ts';
import { splitLines } from '../../../src/domain/text/lines.ts';
import { valuesOf, withBlock } from './option-texts.ts';

const isOneLine = (text: string): boolean => splitLines(text).length === 1;
const isEmphasised = (text: string): boolean => text.startsWith('**') && text.endsWith('**');

const TRICKY = [
  '2. b',
  '(1) a',
  '- x',
  '1.5 GB',
  '```',
  '`',
  '[OPTIONS]',
  '`[/OPTIONS]`',
  '[YES/NO]',
  '> a',
  '$&',
];
const label = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(...TRICKY),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '' && isOneLine(text) && !isEmphasised(text));
const labels = fc.uniqueArray(label, { minLength: 2, maxLength: 30 });

test('labels without line ends are read as they were written', () => {
  fc.assert(
    fc.property(labels, (texts) => {
      const content = withBlock(...texts.map((text, index) => `${index + 1}. ${text}`));
      expect(valuesOf(content)).toEqual(texts);
      expect(parseMarkup(content)?.text).toBe('Go?');
    }),
  );
});

const PIECES = [
  '[OPTIONS]',
  '[/OPTIONS]',
  '[YES/NO]',
  '\n',
  '\r\n',
  '\u0085',
  ' ',
  '\t',
  '1.',
  '2.',
  '(1)',
  '- ',
];
const QUOTES = ['`', '```', '~~~\n', '> ', '**', '\\', 'a', '１．', '1、', 'b'.repeat(500), 'é', '😀'];
const contents = fc
  .array(fc.constantFrom(...PIECES, ...QUOTES), { maxLength: 25 })
  .chain((pieces) =>
    fc
      .constantFrom('', '[YES/NO]', '\n[OPTIONS]\n1. a\n2. b\n[/OPTIONS] ', '[/OPTIONS]')
      .map((end) => pieces.join('') + end),
  );

test('whatever the content is, it is its text and its markup, and its options are valid', () => {
  fc.assert(
    fc.property(contents, (content) => {
      const parsed = parseMarkup(content);
      if (parsed === null) return;
      const { text, markup, choice } = parsed;
      expect(text + markup).toBe(content);
      expect(isBlank(text)).toBe(false);
      expect(withoutFinalSpace(text)).toBe(text);
      const values = choice.options.map(({ value }) => value);
      expect(new Set(values).size).toBe(values.length);
      expect(choice.options.length).toBeGreaterThan(0);
      for (const option of choice.options) {
        expect(option.value.trim()).not.toBe('');
        expect(isOneLine(option.label) && isOneLine(option.value)).toBe(true);
        expect(hasAtMostCodePoints(option.label, 200) && hasAtMostCodePoints(option.value, 1_000)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
