import { cutText } from '../../../src/domain/text/graphemes.ts';

const MAX_CHARACTERS = 240;

/** The first or last line of a code block. */
const CODE_FENCE = /^ {0,3}(?:```[^`\n]*|~~~[^\n]*)$/gm;
/** A table has a second line of dashes. Lines that merely begin with `|` are text. */
const TABLE = /^[ \t]*\|.*\n[ \t]*\|[ \t:|-]*-[ \t:|-]*(?:\n[ \t]*\|.*)*$/gm;
const BLOCK_MARKER = /^ {0,3}(?:#{1,6}|>|[-*+])\s+/gm;
/**
 * Inline code, a link to the web, or bold text, in this order: what is code is nothing else. Stars are bold
 * only around a text between spaces or punctuation, so globs and calculations keep theirs. Underscores stay:
 * they are in too many names.
 */
const CODE_LINK_OR_BOLD =
  /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)|!?\[([^\]\n]*)\]\((?:https?|mailto):[^)\s]*\)|(?<![\w*/\\])\*\*(?![\s*/.])([^*\n]+?)(?<![\s/(])\*\*(?![\w*/])/g;

/**
 * Shortens a text to one or two lines, without most of its markdown. Characters that are not clearly markdown
 * stay.
 */
export function preview(text: string): string {
  // Markdown is removed below, so more characters are taken than are shown.
  return cutText(
    cutText(text, 4 * MAX_CHARACTERS)
      .replace(CODE_FENCE, ' ')
      .replace(TABLE, '')
      .replace(BLOCK_MARKER, '')
      .replace(CODE_LINK_OR_BOLD, (_, _ticks, code, link, bold) => code ?? link ?? bold)
      .replace(/\s+/g, ' ')
      .trim(),
    MAX_CHARACTERS,
  );
}
