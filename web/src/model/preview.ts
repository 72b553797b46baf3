import { cutText } from '../../../src/domain/text/graphemes.ts';
import { parseQuestion } from '../../../src/domain/text/question-text.ts';

const MAX_CHARACTERS = 240;

/** Shortens a message to one or two lines, without its answer options and most of its markdown. */
export function preview(content: string): string {
  // Options and markdown are removed below, so more characters are taken than are shown.
  const { text } = parseQuestion(cutText(content, 4 * MAX_CHARACTERS));
  return cutText(
    text
      // The slice above may have cut off the end of the options, so that `parseQuestion` did not find them.
      .replace(/\[OPTIONS\][\s\S]*$/i, '')
      .replace(/```[^\n]*\n?/g, ' ')
      .replace(/^\s*\|.*$/gm, '')
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/^\s{0,3}(?:#{1,6}|>|[-*+])\s+/gm, '')
      .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
      .replace(/\s+/g, ' ')
      .trim(),
    MAX_CHARACTERS,
  );
}
