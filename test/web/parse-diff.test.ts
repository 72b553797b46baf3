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

describe('a diff', () => {
  test('tells the lines of a file with their numbers, also those that look like heads', () => {
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
  ])('%j is a file that is %s', (text, kind, path) => {
    expect(parseDiff(text)).toMatchObject([{ kind, path }]);
  });

  test('what it does not understand is a note', () => {
    const [file] = parseDiff(
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n one\n[cut: 3 more lines]',
    );
    expect(file?.lines.at(-1)).toMatchObject({ kind: 'note', text: '[cut: 3 more lines]' });
  });

  test.each(['', 'not a diff', '@@ -1 +1 @@\n+x', 'diff --git '])('%j does no harm', (text) => {
    expect(() => diffRows(parseDiff(text), new Set())).not.toThrow();
  });

  test('of a folded file the head alone is shown', () => {
    expect(diffRows(parseDiff(CHANGED), new Set(['src/a.ts']))).toMatchObject([{ kind: 'file' }]);
  });
});
