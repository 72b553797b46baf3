import { describe, expect, test } from 'vitest';
import { diffRows, parseDiff } from '../../web/src/model/parse-diff.ts';

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
      '\\303\\244 b',
    ],
  ])('%j gives a file of kind %s', (text, kind, path) => {
    expect(parseDiff(text)).toMatchObject([{ kind, path }]);
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
