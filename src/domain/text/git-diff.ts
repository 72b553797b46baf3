/** UTF-8 bytes of a diff that are kept. */
export const GIT_DIFF_LIMIT_BYTES = 1_048_576;

const CUT_MARKER = '# diff cut here: it was larger than 1 MiB\n';
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const DIFF_LINE = /^\uFEFF?diff --git /m;
/** Characters that hold a little more than is kept, in whole groups of four. */
const BASE64_LIMIT = Math.ceil((GIT_DIFF_LIMIT_BYTES + 4) / 3) * 4;

export type GitDiffStatus = 'stored' | 'cut' | 'cleared' | 'rejected';

/**
 * What becomes of a diff that came with a message. A bad one never costs the message:
 * it is reported as `rejected` and the stored diff stays as it was.
 */
export type CheckedGitDiff =
  | { readonly status: 'stored' | 'cut'; readonly diff: string }
  | { readonly status: 'cleared' }
  | { readonly status: 'rejected' };

/**
 * Judged once, before the message is posted: decisions may be made again, and this may be megabytes.
 * @param sent whatever the client sent as its diff.
 * @returns null when it sent none.
 */
export function checkGitDiff(sent: unknown): CheckedGitDiff | null {
  if (sent === null || sent === undefined) return null;
  if (typeof sent !== 'string') return { status: 'rejected' };
  const text = decodeIfBase64(sent);
  if (text.trim() === '') return { status: 'cleared' };
  if (!DIFF_LINE.test(text)) return { status: 'rejected' };
  return cut(text);
}

/** A diff has spaces and line breaks, which no base64 alphabet has: the two cannot be confused. */
function decodeIfBase64(text: string): string {
  if (DIFF_LINE.test(text)) return text;
  const compact = text.replace(/\s+/g, '');
  if (!BASE64.test(compact)) return text;
  // What lies behind the limit is cut off anyway, whatever it says.
  const standard = compact.slice(0, BASE64_LIMIT).replaceAll('-', '+').replaceAll('_', '/');
  try {
    const binary = atob(standard);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return new TextDecoder().decode(bytes);
  } catch {
    return text;
  }
}

/**
 * Cuts at the last line end that leaves room for the marker, so that every kept line is whole. Characters
 * that no store keeps are replaced.
 */
function cut(text: string): CheckedGitDiff {
  // A character is a byte at least, so what is over the limit here is over it there.
  const clean = text
    .slice(0, GIT_DIFF_LIMIT_BYTES + 1)
    .replaceAll('\0', '\uFFFD')
    .toWellFormed();
  const bytes = new TextEncoder().encode(clean);
  if (bytes.length <= GIT_DIFF_LIMIT_BYTES) return { status: 'stored', diff: clean };
  const room = GIT_DIFF_LIMIT_BYTES - CUT_MARKER.length;
  const lineEnd = bytes.lastIndexOf(10, room - 1);
  const kept = lineEnd < 0 ? '' : new TextDecoder().decode(bytes.subarray(0, lineEnd + 1));
  return { status: 'cut', diff: kept + CUT_MARKER };
}
