import { expect, test } from 'vitest';
import { parseDiff } from '../../web/src/model/diff/parse-diff.ts';
import { foldText } from '../../web/src/model/fold-text.ts';
import { filterInstances, NO_FILTER } from '../../web/src/model/list-filter.ts';
import { preview } from '../../web/src/model/preview.ts';
import { escapeHtml, isSafeLink } from '../../web/src/model/safe-text.ts';
import { type ReaderCase, tooSteepUnits } from '../support/linear-time.ts';
import { anInstance } from './builders.ts';

const HUNK = 'diff --git a/b b/b\n@@ -1,999999 +1,999999 @@\n';
const MERGE = `diff --cc a\n${'@'.repeat(21)}${' -1,999999'.repeat(20)} +1,999999 ${'@'.repeat(21)}\n`;

const READERS: readonly ReaderCase[] = [
  [
    'a diff',
    parseDiff,
    [' ', '\n', '\r', 'diff --git ', 'diff --git a b\n', 'Submodule a 1234567', '@', '@@ '],
  ],
  ['the header of a file', (text) => parseDiff(`diff --git ${text}`), [' ', '"', 'a b', 'a/', '\\303']],
  ['the path of a file', (text) => parseDiff(`diff --git a b\n--- "${text}"\n+++ b`), ['a', '\\\\', '\\303']],
  ['the lines of a hunk', (text) => parseDiff(HUNK + text), ['+', '+\n']],
  ['the lines of a merge', (text) => parseDiff(MERGE + text), [' \n']],
  [
    'the heading of a hunk',
    (text) => parseDiff(`diff --git a b\n@@${text}`),
    [' ', ' -1', ' -1,1', '@', '1'],
  ],
  ['a preview', preview, [' ', '`', '`a', '|', '|-\n', '**a', '[a', '[a](http:', '> ', '🇦', '\u0301\u0316']],
  ['a text that is searched', foldText, ['a', 'ß', '\u0301\u0316', '\u05b0\u05b4', '\u1100']],
  [
    'a filter',
    (text) => filterInstances([anInstance({ latest_message: text })], { ...NO_FILTER, searchText: 'aab' }),
    ['a', ' '],
  ],
  ['a text in HTML', escapeHtml, ['<', '&', '"']],
  ['a link', isSafeLink, ['a', ':', '/', 'http:', 'http://a', '\t', '%']],
];

test.each(READERS)('%s takes linear time, whatever the text is', (_, read, units) => {
  expect(tooSteepUnits(read, units)).toEqual([]);
});
