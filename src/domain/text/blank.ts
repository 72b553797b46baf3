/**
 * The characters that Unicode or JavaScript counts as white space, for a class of a regular expression. They
 * are written out because `\s` has another meaning in other languages, and U+0085 is not in JavaScript's.
 */
const WHITE_SPACE =
  '\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

const NOT_WHITE_SPACE = `[^${WHITE_SPACE}]`;
const FORM_NOT_BLANK = new RegExp(NOT_WHITE_SPACE);

/** Checks that a text is empty or only white space. */
export const isBlank = (text: string): boolean => !FORM_NOT_BLANK.test(text);

/** Removes the white space at the end of a text. JavaScript's `trimEnd` would leave U+0085. */
export function withoutFinalSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** Patterns of JSON Schema that mean the same as the checks of texts. No text may contain NUL. */
export const BLANK_PATTERN = `^[${WHITE_SPACE}]*$`;
export const TEXT_PATTERN = '^[^\\u0000]*$';
/** `NOT_BLANK_PATTERN` in two keywords. For long texts, programs are slow to make texts of one pattern. */
export const NOT_BLANK = { pattern: NOT_WHITE_SPACE, allOf: [{ pattern: TEXT_PATTERN }] };
export const NOT_BLANK_PATTERN = `^[^\\u0000]*[^\\u0000${WHITE_SPACE}][^\\u0000]*$`;
