import { describe, expect, test } from 'vitest';
import { checkGitDiff, MAX_GIT_DIFF_BYTES } from '../../../src/domain/text/git-diff.ts';

const DIFF =
  'diff --git a/ä.txt b/ä.txt\n--- a/ä.txt\n+++ b/ä.txt\n@@ -1 +1 @@\n-alt\n+größer 😀 ~~~???>>>\n';
const HEADER = 'diff --git a/x b/x\n';
const MARKER_LINE = /\n# diff cut here[^\n]*\n$/;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const bytesOf = (text: string) => Buffer.byteLength(text);

describe('a git diff is stored', () => {
  test('as it is', () => {
    expect(checkGitDiff(DIFF)).toEqual({ status: 'stored', diff: DIFF });
  });

  test.each([
    ['its first line', `${HEADER}+x`],
    ['a later line, after a list of files', `M\tx\n\n${HEADER}+x`],
    ['that of a merge', 'diff --cc x\nindex 1,2..3\n'],
    ['that of a merge in its longer form', 'diff --combined x\nindex 1,2..3\n'],
    ['a line that ends in CR LF', 'diff --git a/x b/x\r\n+x\r\n'],
  ])('when a `diff --git` line is %s', (_where, text) => {
    expect(checkGitDiff(text)).toEqual({ status: 'stored', diff: text });
  });

  test.each([
    ['standard', base64(DIFF)],
    ['url-safe', Buffer.from(DIFF).toString('base64url')],
    ['url-safe with padding', base64(DIFF).replaceAll('+', '-').replaceAll('/', '_')],
    ['without padding', base64(DIFF).replaceAll('=', '')],
    ['with a line break every 76 characters', base64(DIFF).replace(/.{76}/g, '$&\n')],
    ['with CR LF line breaks', base64(DIFF).replace(/.{60}/g, '$&\r\n')],
    ['with white space around it', `\n ${base64(DIFF)} \n`],
  ])('decoded when it came as base64, %s', (_form, text) => {
    expect(checkGitDiff(text)).toEqual({ status: 'stored', diff: DIFF });
  });

  test('from base64 with every length of padding', () => {
    for (const tail of ['', '+', '++', '+++']) {
      expect(checkGitDiff(base64(HEADER + tail))).toEqual({ status: 'stored', diff: HEADER + tail });
    }
  });

  test('and the samples above contain the characters in which the base64 alphabets differ', () => {
    expect(base64(DIFF)).toMatch(/\+.*\/|\/.*\+/);
    expect(base64(DIFF)).toMatch(/=$/);
  });

  test.each([
    ['NUL', 'a\0b', 'a\uFFFDb'],
    ['a lone high surrogate', 'a\ud83db', 'a\uFFFDb'],
    ['a lone low surrogate', 'a\ude00b', 'a\uFFFDb'],
    ['NUL beside an astral character', '\0😀\0', '\uFFFD😀\uFFFD'],
  ])('with %s replaced', (_what, bad, mended) => {
    expect(checkGitDiff(HEADER + bad)).toEqual({ status: 'stored', diff: HEADER + mended });
  });

  test('with NUL and invalid UTF-8 replaced, also inside base64', () => {
    const bytes = Buffer.concat([Buffer.from(`${HEADER}+a`), Buffer.from([0, 0xff]), Buffer.from('b')]);
    expect(checkGitDiff(bytes.toString('base64'))).toEqual({
      status: 'stored',
      diff: `${HEADER}+a\uFFFD\uFFFDb`,
    });
  });
});

describe('a git diff of only white space clears the stored one', () => {
  test.each([
    ['empty', ''],
    ['spaces', '   '],
    ['line breaks', '\r\n\n'],
    ['Unicode spaces', '\u00a0\u3000'],
    ['white space in base64', base64(' \n\t\n')],
  ])('%s', (_what, text) => {
    expect(checkGitDiff(text)).toEqual({ status: 'cleared' });
  });
});

describe('a git diff is rejected when it is', () => {
  test.each([
    ['text with such a line after another line end than a line feed', 'a\u2028diff --git a/x b/x'],
    ['text with such a line after a carriage return', 'a\rdiff --git a/x b/x'],
    ['a number', 7],
    ['a boolean', false],
    ['an object', { diff: DIFF }],
    ['an array', [DIFF]],
    ['text without a diff line', 'nothing to see'],
    ['a diff line that does not start its line', ' diff --git a/x b/x\n'],
    ['a diff of another tool', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n'],
    ['a diff line in another case', 'DIFF --GIT a/x b/x\n'],
    ['base64 of something else', base64('nothing to see')],
    ['base64 of base64', base64(base64(DIFF))],
    ['base64 of an impossible length', 'AAAAA'],
    ['base64 with padding in the middle', `AA==${base64(DIFF)}`],
    ['only NUL', '\0'],
  ])('%s', (_what, sent) => {
    expect(checkGitDiff(sent)).toEqual({ status: 'rejected' });
  });
});

describe('a git diff over 1 MiB of UTF-8', () => {
  /** Returns a diff of exactly `bytes` bytes. It repeats `line`; the last line fills the rest. */
  const diffOf = (bytes: number, line: string): string => {
    const lines = Math.floor((bytes - HEADER.length - 1) / bytesOf(line));
    const text = HEADER + line.repeat(lines);
    return `${text}${'+'.repeat(bytes - bytesOf(text) - 1)}\n`;
  };

  test('is kept whole up to the last byte of the limit', () => {
    const text = diffOf(MAX_GIT_DIFF_BYTES, '+é😀 line\n');
    expect(bytesOf(text)).toBe(1_048_576);
    expect(checkGitDiff(text)).toEqual({ status: 'stored', diff: text });
  });

  test.each([
    ['ASCII', '+a line of plain text\n'],
    ['two-byte', '+ééééééééé\n'],
    ['three-byte', '+漢漢漢漢漢漢漢\n'],
    ['four-byte', '+😀😀😀😀😀😀😀\n'],
  ])('is cut at a line end, with a marker line: %s characters', (_what, line) => {
    const text = diffOf(MAX_GIT_DIFF_BYTES + 1, line);
    const verdict = checkGitDiff(text);
    if (verdict?.status !== 'cut') return expect.unreachable(verdict?.status);
    const { diff } = verdict;
    expect(diff).toMatch(MARKER_LINE);
    const kept = diff.replace(MARKER_LINE, '\n');
    expect(text.startsWith(kept)).toBe(true);
    expect(bytesOf(diff)).toBeLessThanOrEqual(MAX_GIT_DIFF_BYTES);
    // The result is as long as possible: one more line would exceed the limit.
    expect(bytesOf(diff) + bytesOf(line)).toBeGreaterThan(MAX_GIT_DIFF_BYTES);
  });

  test.each([
    ['base64', base64(diffOf(2 * MAX_GIT_DIFF_BYTES, '+ünïcödé\n'))],
    ['text', diffOf(2 * MAX_GIT_DIFF_BYTES, '+ünïcödé\n')],
  ])('is cut to within the limit when it came as %s', (_form, text) => {
    const verdict = checkGitDiff(text);
    if (verdict?.status !== 'cut') return expect.unreachable(verdict?.status);
    expect(bytesOf(verdict.diff)).toBeLessThanOrEqual(MAX_GIT_DIFF_BYTES);
    expect(verdict.diff.startsWith(`${HEADER}+ünïcödé\n`)).toBe(true);
  });

  test('is measured after replacement: a replaced NUL takes three bytes', () => {
    const text = `${HEADER}${'\0\0\0\n'.repeat(MAX_GIT_DIFF_BYTES / 8)}`;
    expect(bytesOf(text)).toBeLessThan(MAX_GIT_DIFF_BYTES);
    const verdict = checkGitDiff(text);
    if (verdict?.status !== 'cut') return expect.unreachable(verdict?.status);
    expect(bytesOf(verdict.diff)).toBeLessThanOrEqual(MAX_GIT_DIFF_BYTES);
    expect(verdict.diff).not.toContain('\0');
  });

  test('keeps the lines before a line that alone exceeds the limit', () => {
    const verdict = checkGitDiff(`${HEADER}+short\n+${'😀'.repeat(MAX_GIT_DIFF_BYTES)}`);
    expect(verdict).toEqual({
      status: 'cut',
      diff: expect.stringMatching(/^diff --git a\/x b\/x\n\+short\n# diff cut here[^\n]*\n$/),
    });
  });
});
