/** The maximum size of a stored diff, in UTF-8 bytes. */
export const MAX_GIT_DIFF_BYTES = 1_048_576;

const CUT_MARKER = '# diff cut here: it was larger than 1 MiB\n';
const LINE_FEED = 10;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** The first line about a file, also in the diff of a merge. Only a line feed ends a line of a diff. */
const DIFF_LINE = /(?:^|\n)\uFEFF?diff --(?:git|cc|combined) /;
/**
 * How many base64 characters decode to slightly more than the limit: whole groups of four characters, each of
 * which decodes to three bytes.
 */
const MAX_BASE64_LENGTH = Math.ceil((MAX_GIT_DIFF_BYTES + 4) / 3) * 4;

export type GitDiffStatus = 'stored' | 'cut' | 'cleared' | 'rejected';

/**
 * The result of checking a git diff that an agent sent with a message. An invalid diff does not fail the
 * message: it is reported as `rejected`, and the stored diff stays as it is.
 */
export type CheckedGitDiff =
  | { readonly status: 'stored' | 'cut'; readonly diff: string }
  | { readonly status: 'cleared' }
  | { readonly status: 'rejected' };

/**
 * Checks, decodes and cuts a git diff. Call it once, before the decision: a decision may be repeated, and a
 * diff may have megabytes.
 * @param sentValue the value that the client sent, of any type.
 * @returns null if the client sent no diff.
 */
export function checkGitDiff(sentValue: unknown): CheckedGitDiff | null {
  if (sentValue === null || sentValue === undefined) return null;
  if (typeof sentValue !== 'string') return { status: 'rejected' };
  const text = decodeIfBase64(sentValue);
  if (text.trim() === '') return { status: 'cleared' };
  if (!DIFF_LINE.test(text)) return { status: 'rejected' };
  return cutToLimit(text);
}

/**
 * Decodes a text if it is base64. A text with a line `diff --git …` is a plain diff. This is checked before
 * white space is removed: without its spaces, such a line could pass as base64.
 */
function decodeIfBase64(text: string): string {
  if (DIFF_LINE.test(text)) return text;
  const withoutSpace = text.replace(/\s+/g, '');
  if (!BASE64.test(withoutSpace)) return text;
  // Text beyond the limit is not decoded, because it would be cut off anyway. The URL-safe alphabet is
  // accepted too.
  const standardBase64 = withoutSpace.slice(0, MAX_BASE64_LENGTH).replaceAll('-', '+').replaceAll('_', '/');
  try {
    const binary = atob(standardBase64);
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
    return new TextDecoder().decode(bytes);
  } catch {
    return text;
  }
}

/**
 * Cuts a diff to the limit, at the last line end that leaves room for the marker, so every stored line is
 * complete. Replaces characters that a database cannot store.
 */
function cutToLimit(text: string): CheckedGitDiff {
  // A UTF-16 unit is at least one byte in UTF-8, so what this slice drops is beyond the limit anyway.
  const storableText = text
    .slice(0, MAX_GIT_DIFF_BYTES + 1)
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
  const bytes = new TextEncoder().encode(storableText);
  if (bytes.length <= MAX_GIT_DIFF_BYTES) return { status: 'stored', diff: storableText };
  const maxKeptBytes = MAX_GIT_DIFF_BYTES - CUT_MARKER.length;
  const lineEnd = bytes.lastIndexOf(LINE_FEED, maxKeptBytes - 1);
  const keptText = lineEnd < 0 ? '' : new TextDecoder().decode(bytes.subarray(0, lineEnd + 1));
  return { status: 'cut', diff: keptText + CUT_MARKER };
}
