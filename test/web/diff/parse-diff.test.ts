import { describe, expect, test } from 'vitest';
import { diffRows } from '../../../web/src/model/diff/diff-file.ts';
import { parseDiff } from '../../../web/src/model/diff/parse-diff.ts';

const CHANGED = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -3,3 +3,3 @@ function a() {
 one
--- two
+++ two
 three
\\ No newline at end of file
`;

describe('parsing a diff', () => {
  test('returns the lines of a file with their numbers, even lines that look like file headers', () => {
    const [file] = parseDiff(CHANGED);
    expect(file).toMatchObject({ path: 'src/a.ts', kind: 'changed', added: 1, removed: 1 });
    expect(file?.lines).toEqual([
      { kind: 'hunk', before: null, after: null, text: 'function a() {' },
      { kind: 'context', before: 3, after: 3, text: 'one' },
      { kind: 'removed', before: 4, after: null, text: '-- two' },
      { kind: 'added', before: null, after: 4, text: '++ two' },
      { kind: 'context', before: 5, after: 5, text: 'three' },
      { kind: 'note', before: null, after: null, text: 'No newline at end of file' },
    ]);
  });

  test.each([
    ['diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x', 'added', 'x'],
    [
      'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x',
      'deleted',
      'x',
    ],
    ['diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y', 'renamed', 'y'],
    ['diff --git a/x b/x\nindex 1..2\nBinary files a/x and b/x differ', 'changed', 'x'],
    [
      'diff --git "a/\\303\\244 b" "b/\\303\\244 b"\n--- "a/\\303\\244 b"\n+++ "b/\\303\\244 b"',
      'changed',
      '\u00e4 b',
    ],
  ])('%j gives a file of kind %s', (text, kind, path) => {
    expect(parseDiff(text)).toMatchObject([{ kind, path }]);
  });

  test.each([
    ['a path of thousands of letters and spaces', `${'folder b/'.repeat(500)}x`, 'a/', 'b/'],
    ['a prefix without a slash before one with it', 'src/x', '', 'new/'],
    ['a file in a folder like a prefix', 'b/x', 'a/', 'b/'],
  ])('names a file without paths of its own exactly: %s', (_name, path, oldPrefix, newPrefix) => {
    const header = `diff --git ${oldPrefix}${path} ${newPrefix}${path}`;
    expect(parseDiff(`${header}\nold mode 100644\nnew mode 100755\n`)).toMatchObject([
      { path, oldPath: null, lines: [] },
    ]);
  });

  test('a header of a million spaces is read once, and not again from each of them', () => {
    expect(parseDiff(`diff --git a${' '.repeat(1_000_000)}b`)).toHaveLength(1);
  });

  test('a quoted path of a million characters is read', () => {
    const path = 'x'.repeat(1_000_000);
    expect(parseDiff(`diff --git a b\n--- "a/${path}"\n+++ "b/${path}"`)[0]?.path).toBe(path);
  });

  test.each([
    ['unclosed', '"a/x'],
    ['with an unknown escape', '"a/\\q"'],
    ['with a quote inside', '"a/x"y"'],
  ])('a path that is quoted as git never does is shown as it is: %s', (_name, quoted) => {
    expect(parseDiff(`diff --git ${quoted} b/y\n--- ${quoted}\n+++ b/y`)[0]!.oldPath).toBe(quoted);
  });

  test('the lines of a merge conflict that have no diff yet name no file', () => {
    const diff = 'diff --git a/x b/x\n* Unmerged path y\ndiff --cc y\nindex 1,2..0\n';
    expect(parseDiff(diff)).toMatchObject([
      { path: 'x', lines: [] },
      { path: 'y', lines: [] },
    ]);
  });

  test.each([
    ['two parents', '@@@ -1,2 -1,1 +1,3 @@@', ['  one', ' +two', '++three'], [2, 0]],
    ['a line that one parent had', '@@@ -1,1 -1,2 +1,1 @@@', ['  one', ' -two'], [0, 1]],
    ['four parents', '@@@@@ -1 -1 -1 -1 +1,2 @@@@@', ['    one', '++++two'], [1, 0]],
    ['a line that looks like a file', '@@@ -1 -1 +1,2 @@@ ', ['  one', '++++ b/x'], [1, 0]],
  ])('counts the lines of a merge: %s', (_name, header, lines, [added, removed]) => {
    const [file, ...others] = parseDiff(`diff --cc x\n--- a/x\n+++ b/x\n${header}\n${lines.join('\n')}\n`);
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path: 'x', added, removed });
  });

  test('a line that is not understood becomes a note', () => {
    const [file] = parseDiff(
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n one\n[cut: 3 more lines]',
    );
    expect(file?.lines.at(-1)).toMatchObject({ kind: 'note', text: '[cut: 3 more lines]' });
  });

  test.each(['', 'not a diff', '@@ -1 +1 @@\n+x', 'diff --git '])('%j throws no error', (text) => {
    expect(() => diffRows(parseDiff(text), new Set())).not.toThrow();
  });

  test('a collapsed file has only its header row', () => {
    expect(diffRows(parseDiff(CHANGED), new Set(['src/a.ts']))).toMatchObject([{ kind: 'file' }]);
  });
});
