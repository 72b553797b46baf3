/** UTF-8 bytes of a diff that are kept. */
export const GIT_DIFF_LIMIT_BYTES = 1_048_576;

const CUT_MARKER = '# diff cut here: it was larger than 1 MiB\n';
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const DIFF_LINE = /^diff --git /m;

export type GitDiffStatus = 'stored' | 'cut' | 'cleared' | 'rejected';

/**
 * What becomes of a diff that came with a message. A bad one never costs the message:
 * it is reported as `rejected` and the stored diff stays as it was.
 */
export type GitDiffVerdict =
  | { readonly status: 'stored' | 'cut'; readonly diff: string }
  | { readonly status: 'cleared' }
  | { readonly status: 'rejected' };

/** @param sent whatever the client sent, except null or nothing. */
export function judgeGitDiff(sent: unknown): GitDiffVerdict {
  if (typeof sent !== 'string') return { status: 'rejected' };
  if (sent.trim() === '') return { status: 'cleared' };
  const text = decodeIfBase64(sent);
  if (text.trim() === '') return { status: 'cleared' };
  if (!DIFF_LINE.test(text)) return { status: 'rejected' };
  return cut(text.replaceAll('\0', '\uFFFD').toWellFormed());
}

/** A diff has spaces and line breaks, which no base64 alphabet has: the two cannot be confused. */
function decodeIfBase64(text: string): string {
  const compact = text.replace(/\s+/g, '');
  if (DIFF_LINE.test(text) || !BASE64.test(compact)) return text;
  const standard = compact.replaceAll('-', '+').replaceAll('_', '/');
  try {
    const bytes = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return text;
  }
}

/** Cuts at the last line end that leaves room for the marker, so that every kept line is whole. */
function cut(text: string): GitDiffVerdict {
  if (text.length * 3 <= GIT_DIFF_LIMIT_BYTES) return { status: 'stored', diff: text };
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= GIT_DIFF_LIMIT_BYTES) return { status: 'stored', diff: text };
  const room = GIT_DIFF_LIMIT_BYTES - CUT_MARKER.length;
  const lineEnd = bytes.lastIndexOf(10, room - 1);
  const kept = lineEnd < 0 ? '' : new TextDecoder().decode(bytes.subarray(0, lineEnd + 1));
  return { status: 'cut', diff: kept + CUT_MARKER };
}
