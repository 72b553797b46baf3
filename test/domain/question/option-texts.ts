import { parseMarkup } from '../../../src/domain/question/markup.ts';

/** Returns a question that ends with a block of these lines. */
export const withBlock = (...lines: readonly string[]): string =>
  ['Go?', '[OPTIONS]', ...lines, '[/OPTIONS]'].join('\n');

/** Returns the values of the options that a content offers; null if it has no markup. */
export const valuesOf = (content: string): readonly string[] | null =>
  parseMarkup(content)?.choice.options.map(({ value }) => value) ?? null;
