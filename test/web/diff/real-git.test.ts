import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiffFile } from '../../../web/src/model/diff/diff-file.ts';
import { parseDiff } from '../../../web/src/model/diff/parse-diff.ts';
import { runGit } from '../../support/run-git.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const NAMES = [
  'plain.ts',
  'caf\u00e9.txt',
  '日本語 b/ファイル.txt',
  '\u{1F600}.md',
  'plan b/notes.txt',
  'x b/x',
  'a b/c b/d',
  'a/x',
  'b/x',
  'i/x w/x',
  'old/new/x',
  ' first',
  'last ',
  'tab\there',
  'line\nfeed',
  'return\r',
  'quote"d',
  '"quoted" b/"twice"',
  'back\\slash',
  '\u2028separated',
  'bell\u0007',
  'diff --git a',
  'dev/null',
  'rename from x',
];
const BINARY = 'plan b/logo.png';

const LINES = [
  '-- a/x',
  '++ b/x',
  '- a',
  'diff --git a/x b/x',
  '@@ -1 +1 @@',
  '\\ No newline at end of file',
  'a\u2028b',
  'vertical\vtab',
  'form\ffeed',
  'old\rMac',
  'Windows\r',
  '',
  ' ',
  '\t',
  'rename from x',
];
const filler = (from: number) => Array.from({ length: 12 }, (_, nth) => `  line ${from + nth}`);
/** Its second hunk has the heading `function \u2028…`. */
const BEFORE = [...LINES, 'function \u2028 f() {', ...filler(0), 'goes', ...filler(20)];
const AFTER = [...LINES.toReversed(), 'function \u2028 f() {', ...filler(0), 'comes', 'too', ...filler(20)];

let folder: TemporaryFolder;
const git = (...args: string[]) => runGit(folder.path, ...args);
const at = (name: string) => join(folder.path, name);
async function write(name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
}
const commit = (message: string): string => {
  git('add', '--all');
  git('commit', '-qm', message);
  return git('rev-parse', 'HEAD').trim();
};

beforeAll(async () => {
  folder = await temporaryFolder();
  git('init', '-q');
  git('config', 'core.autocrlf', 'false');
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Returns what git says in its form for programs: the paths and the numbers of lines. */
function numstat(...args: string[]): Pick<DiffFile, 'path' | 'oldPath' | 'added' | 'removed'>[] {
  const fields = git('diff', '--numstat', '-z', ...args).split('\0');
  const files = [];
  for (let nth = 0; nth < fields.length - 1; nth += 1) {
    const [, added, removed, path] = /^([\d-]+)\t([\d-]+)\t(.*)$/s.exec(fields[nth]!)!;
    const numbers = { added: Number(added) || 0, removed: Number(removed) || 0 };
    if (path !== '') files.push({ path: path!, oldPath: null, ...numbers });
    else files.push({ oldPath: fields[++nth]!, path: fields[++nth]!, ...numbers });
  }
  return files;
}

/** The lines of files, by commit and path. */
const knownLines = new Map<string, readonly string[]>();
function linesOf(commitId: string, path: string): readonly string[] {
  const key = `${commitId}:${path}`;
  const lines =
    knownLines.get(key) ??
    git('show', key)
      .split('\n')
      .map((line) => line.replace(/\r$/, ''));
  knownLines.set(key, lines);
  return lines;
}

/** Checks the text and the number of every line against the files of two commits. */
function checkLines(files: readonly DiffFile[], old: string, now: string): void {
  for (const file of files) {
    if (file.path === BINARY || file.path === 'sub') continue;
    const [before, after] = [
      file.kind === 'added' ? [] : linesOf(old, file.oldPath ?? file.path),
      file.kind === 'deleted' ? [] : linesOf(now, file.path),
    ];
    for (const line of file.lines) {
      if (line.before !== null) expect(line.text, file.path).toBe(before[line.before - 1]);
      if (line.after !== null) expect(line.text, file.path).toBe(after[line.after - 1]);
    }
  }
}

describe('a diff by git is shown with exact names, numbers and lines', () => {
  let first: string;
  let second: string;
  beforeAll(async () => {
    for (const name of NAMES) {
      await write(name, `${name}\n${BEFORE.join('\n')}\n`);
      await write(`gone/${name}`, `gone ${name}\n`);
      await write(`moved/${name}`, `${name}\n`.repeat(9));
      await write(`edited/${name}`, `${name} e\n`.repeat(9));
      await write(`mode/${name}`, `mode ${name}`);
      await write(`empty gone/${name}`, '');
    }
    await write(BINARY, Buffer.from([0, 1, 2]));
    await write('link', 'a file first\n');
    git('init', '-q', at('sub'));
    git('-C', at('sub'), 'commit', '-q', '--allow-empty', '-m', 'theirs');
    first = commit('first');
    for (const name of NAMES) {
      await write(name, `${name}\n${AFTER.join('\n')}`);
      await write(`new/${name}`, `new ${name}`);
      await write(`empty/${name}`, '');
      await mkdir(dirname(at(`moved here b/${name}`)), { recursive: true });
      await rename(at(`moved/${name}`), at(`moved here b/${name}`));
      await mkdir(dirname(at(`edited here b/${name}`)), { recursive: true });
      await rm(at(`edited/${name}`));
      await write(`edited here b/${name}`, `${`${name} e\n`.repeat(9)}and more`);
      await rm(at(`gone/${name}`));
      await rm(at(`empty gone/${name}`));
    }
    await write(BINARY, Buffer.from([0, 3, 4]));
    await rm(at('link'));
    await symlink('elsewhere', at('link'));
    git('-C', at('sub'), 'commit', '-q', '--allow-empty', '-m', 'theirs again');
    git('add', '--all');
    git('update-index', '--chmod=+x', '--', ...NAMES.map((name) => `mode/${name}`));
    git('commit', '-qm', 'second');
    second = git('rev-parse', 'HEAD').trim();
  });

  test.each<[string, string[], string[]?]>([
    ['as it is', []],
    ['with unquoted names', [], ['-c', 'core.quotePath=false']],
    ['without prefixes', ['--no-prefix']],
    ['with mnemonic prefixes', [], ['-c', 'diff.mnemonicPrefix=true']],
    ['with longer prefixes', ['--src-prefix=old/', '--dst-prefix=new/']],
    ['with prefixes of different lengths', ['--src-prefix=before/', '--dst-prefix=after/']],
    ['without context', ['-U0']],
    ['with much context', ['-U99']],
    ['in reverse', ['-R']],
    ['without renames', ['--no-renames']],
    ['with copies', ['-C', '--find-copies-harder']],
    ['with binary content', ['--binary']],
    ['with full ids', ['--full-index']],
    ['with trimmed empty lines', [], ['-c', 'diff.suppressBlankEmpty=true']],
  ])('%s', (_name, options, settings = []) => {
    const files = parseDiff(git(...settings, 'diff', ...options, first, second));
    const facts = files.map(({ path, oldPath, added, removed }) => ({ path, oldPath, added, removed }));
    const optionsForNumbers = options.filter((option) => !/^--binary|-U\d/.test(option));
    expect(mergeTypeChange(facts)).toEqual(numstat(...optionsForNumbers, first, second));
    const [old, now] = options.includes('-R') ? [second, first] : [first, second];
    checkLines(files, old, now);
  });

  test('with CRLF throughout', () => {
    const text = git('diff', first, second);
    const facts = ({ path, oldPath, added, removed }: DiffFile) => ({ path, oldPath, added, removed });
    expect(parseDiff(text.replaceAll('\n', '\r\n')).map(facts)).toEqual(parseDiff(text).map(facts));
  });

  test('with what happened to each file', () => {
    const kinds = new Map(parseDiff(git('diff', first, second)).map(({ path, kind }) => [path, kind]));
    for (const name of NAMES) {
      expect(kinds.get(name)).toBe('changed');
      expect(kinds.get(`gone/${name}`)).toBe('deleted');
      expect(kinds.get(`new/${name}`)).toBe('added');
      expect(kinds.get(`mode/${name}`)).toBe('changed');
      expect(kinds.get(`moved here b/${name}`)).toBe('renamed');
    }
  });

  test('with a submodule as a log', () => {
    const files = parseDiff(git('diff', '--submodule=log', first, second));
    expect(files.find(({ path }) => path === 'sub')?.lines.at(-1)?.text).toBe('  > theirs again');
    expect(files.length).toBe(parseDiff(git('diff', first, second)).length);
  });
});

/** Git shows a file that became a link as deleted and as new, but counts it once. */
function mergeTypeChange<File extends { path: string; added: number; removed: number }>(
  files: File[],
): File[] {
  const merged: File[] = [];
  for (const file of files) {
    const last = merged.at(-1);
    if (last?.path !== file.path) merged.push(file);
    else
      merged[merged.length - 1] = {
        ...file,
        added: file.added + last.added,
        removed: file.removed + last.removed,
      };
  }
  return merged;
}

describe('a merge is shown with all its files', () => {
  let merge: string;
  let ours: string;
  beforeAll(async () => {
    await rm(at('.git'), { recursive: true });
    git('init', '-q');
    const versions = ['base', 'ours', 'theirs', 'others', 'merged'];
    const trees = [];
    for (const version of versions) {
      for (const name of NAMES) {
        const middle = version === 'merged' ? ['ours', 'theirs', '-- new', '++ new'] : [version];
        await write(name, [...LINES, ...filler(0), ...middle, ...filler(20), 'end'].join('\n'));
      }
      await write(BINARY, Buffer.from([0, versions.indexOf(version)]));
      git('add', '--all');
      trees.push(git('write-tree').trim());
    }
    const commitTree = (tree: string, ...parents: string[]) =>
      git('commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', 'x').trim();
    const base = commitTree(trees[0]!);
    const parents = trees.slice(1, 4).map((tree) => commitTree(tree, base));
    ours = parents[0]!;
    merge = commitTree(trees[4]!, ...parents.slice(0, 2));
    git('update-ref', 'refs/heads/octopus', commitTree(trees[4]!, ...parents));
  });

  test.each<[string, string[]]>([
    ['--cc', []],
    ['-c', []],
    ['--cc', ['--combined-all-paths']],
    ['--cc', ['--no-prefix']],
  ])('by %s %j', (form, options) => {
    const files = parseDiff(git('show', form, '--format=', ...options, merge));
    expect(files.map(({ path }) => path).toSorted()).toEqual([...NAMES, BINARY].toSorted());
    for (const { path, added, removed, lines } of files) {
      if (path === BINARY) continue;
      expect([added, removed], path).toEqual([4, 0]);
      const shown = lines.filter(({ kind }) => kind === 'added').map(({ text }) => text);
      expect(shown).toEqual(['ours', 'theirs', '-- new', '++ new']);
    }
    checkLines(files, ours, merge);
  });

  test('of three branches', () => {
    const files = parseDiff(git('show', '--cc', '--format=', 'octopus'));
    expect(files.map(({ path }) => path).toSorted()).toEqual([...NAMES, BINARY].toSorted());
    const file = files.find(({ path }) => path === 'plain.ts');
    expect(file).toMatchObject({ added: 4, removed: 1 });
    expect(file?.lines.find(({ kind }) => kind === 'removed')).toMatchObject({
      before: null,
      text: 'others',
    });
    checkLines(files, ours, 'octopus');
  });
});

test('two files that are not in a repository are shown with both names', async () => {
  await write('one b/x.txt', 'one\n');
  await write('two b/y.txt', 'two\n');
  const text = git('-c', 'alias.d=!git diff --no-index "one b/x.txt" "two b/y.txt" || true', 'd');
  expect(parseDiff(text)).toMatchObject([
    { oldPath: 'one b/x.txt', path: 'two b/y.txt', added: 1, removed: 1 },
  ]);
});
