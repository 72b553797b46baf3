import { parseQuestion } from '../../../src/domain/text/question-text.ts';

const MAX_LENGTH = 240;

/** Shortens a message to one or two lines, without its answer options and most of its markdown. */
export function preview(content: string): string {
  const { text } = parseQuestion(content.slice(0, 4 * MAX_LENGTH));
  return text
    .replace(/\[OPTIONS\][\s\S]*$/i, '')
    .replace(/```[^\n]*\n?/g, ' ')
    .replace(/^\s*\|.*$/gm, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}
