import { parseQuestion } from '../../../src/domain/text/question-text.ts';

const LONGEST = 240;

/** A message in a line or two: without its options and most of its markdown. */
export function preview(content: string): string {
  const { text } = parseQuestion(content.slice(0, 4 * LONGEST));
  return text
    .replace(/\[OPTIONS\][\s\S]*$/i, '')
    .replace(/```[^\n]*\n?/g, ' ')
    .replace(/^\s*\|.*$/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);
}
