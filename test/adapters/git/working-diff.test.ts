import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { git as adapterGit } from '../../../src/adapters/git/git.ts';
import { WorkingDiff } from '../../../src/adapters/git/working-diff.ts';
import { runGit } from '../../support/run-git.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { LogBook } from '../koa/test-server.ts';

let folder: TemporaryFolder;
let log: LogBook;
beforeEach(async () => {
  folder = await temporaryFolder();
  log = new LogBook();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

const at = (name: string) => join(folder.path, name);
const git = (...args: string[]) => runGit(folder.path, ...args);

/** What git itself lists as bound to one repository, and what else changes what git reads, prints or runs. */
const GIT_VARIABLES = [
  ...execFileSync('git', ['rev-parse', '--local-env-vars'], { encoding: 'utf8' }).trim().split('\n'),
  'GIT_CEILING_DIRECTORIES',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_PAGER',
  'GIT_ATTR_SOURCE',
  'GIT_NAMESPACE',
  'GIT_TRACE',
  'git_dir',
];

/** Returns a value with which git would look elsewhere, print something else, or fail. */
function misleadingValue(name: string, elsewhere: string): string {
  const values: { readonly [name: string]: string } = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_PARAMETERS: `'core.worktree'='${elsewhere}'`,
    GIT_WORK_TREE: elsewhere,
    GIT_CEILING_DIRECTORIES: join(elsewhere, '..'),
    GIT_EXTERNAL_DIFF: '/bin/false',
    GIT_DIFF_OPTS: '--unified=0',
    GIT_IMPLICIT_WORK_TREE: '0',
    GIT_TRACE: '1',
  };
  return values[name] ?? join(elsewhere, '.git');
}

async function repository(): Promise<void> {
  git('init', '-q');
  await writeFile(at('a.txt'), 'one\n');
  await writeFile(at('.gitignore'), 'ignored\n');
  git('add', '.');
  git('commit', '-qm', 'first');
}

const startDiff = async (from = folder.path): Promise<WorkingDiff> =>
  (await WorkingDiff.sinceCurrentCommit(from, log))!;

describe('the diff', () => {
  test('is empty if nothing has changed', async () => {
    await repository();
    expect(await (await startDiff()).read()).toBe('');
  });

  test('includes changed, staged, committed, deleted and new files, but not ignored ones', async () => {
    await repository();
    await writeFile(at('gone.txt'), 'gone\n');
    git('add', '.');
    git('commit', '-qm', 'second');
    const diff = await startDiff();
    await appendFile(at('a.txt'), 'two\n');
    git('commit', '-qam', 'third');
    await appendFile(at('a.txt'), 'three\n');
    await writeFile(at('staged.txt'), 'staged\n');
    git('add', 'staged.txt');
    await rm(at('gone.txt'));
    await mkdir(at('new dir'));
    await writeFile(at('new dir/ünïcode "file".txt'), 'new\n');
    await writeFile(at('ignored'), 'secret\n');
    const text = await diff.read();
    for (const part of ['+two\n', '+three\n', '+staged\n', '-gone\n', '+new\n', 'ünïcode']) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('secret');
    expect(text).toMatch(/^diff --git a\/a.txt b\/a.txt$/m);
  });

  test('includes a change of the same size that was made in the second of the commit', async () => {
    await repository();
    const diff = await startDiff();
    // The change time is left out: no program can set it, and within one second it would be the same.
    git('config', 'core.trustctime', 'false');
    const then = new Date('2026-01-01T09:00:00.000Z');
    await utimes(at('a.txt'), then, then);
    git('update-index', '--refresh');
    await utimes(at('.git/index'), then, then);
    await writeFile(at('a.txt'), 'two\n');
    await utimes(at('a.txt'), then, then);
    expect(await diff.read()).toContain('+two\n');
  });

  test('does not change the user’s index', async () => {
    await repository();
    const diff = await startDiff();
    await writeFile(at('new.txt'), 'new\n');
    const before = git('status', '--porcelain');
    expect(await diff.read()).toContain('+new\n');
    expect(git('status', '--porcelain')).toBe(before);
    expect(before).toBe('?? new.txt\n');
  });

  test('leaves out other worktrees and nested repositories', async () => {
    await repository();
    const diff = await startDiff();
    git('worktree', 'add', '-q', at('.worktrees/other'));
    await writeFile(at('.worktrees/other/theirs.txt'), 'theirs\n');
    await mkdir(at('nested'));
    git('-C', at('nested'), 'init', '-q');
    await writeFile(at('nested/nested.txt'), 'nested\n');
    git('-C', at('nested'), 'add', '.');
    git('-C', at('nested'), 'commit', '-qm', 'theirs');
    await writeFile(at('mine.txt'), 'mine\n');
    const text = await diff.read();
    expect(text).toContain('+mine\n');
    expect(text).not.toMatch(/theirs|nested/);
    expect(log.lines).toEqual([]);
  });

  test('of a worktree has the changes of that worktree only', async () => {
    await repository();
    git('worktree', 'add', '-q', at('other'));
    const diff = await startDiff(at('other'));
    await writeFile(at('other/theirs.txt'), 'theirs\n');
    await writeFile(at('mine.txt'), 'mine\n');
    expect(await diff.read()).toContain('+theirs\n');
    expect(await diff.read()).not.toContain('mine');
  });

  test('covers the whole repository, in whichever folder the agent began', async () => {
    await repository();
    await mkdir(at('deep/down'), { recursive: true });
    const diff = await startDiff(at('deep/down'));
    await appendFile(at('a.txt'), 'two\n');
    await writeFile(at('deep/down/new.txt'), 'new\n');
    expect(await diff.read()).toMatch(/\+two\n[\s\S]*deep\/down\/new\.txt/);
  });

  test('of a repository without a commit has all files', async () => {
    git('init', '-q');
    const diff = await startDiff();
    await writeFile(at('a.txt'), 'one\n');
    expect(await diff.read()).toContain('+one\n');
  });

  test('is cut at 1 MiB, at the end of a line', async () => {
    await repository();
    const diff = await startDiff();
    await writeFile(at('big.txt'), 'x'.repeat(99).concat('\n').repeat(30_000));
    const text = (await diff.read())!;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_048_576);
    expect(text).toMatch(/\n# diff cut here[^\n]*\n$/);
  });

  test.each([
    ['diff.noprefix', 'true'],
    ['diff.mnemonicPrefix', 'true'],
    ['diff.srcPrefix', 'x/'],
    ['diff.dstPrefix', 'y/'],
    ['diff.relative', 'true'],
    ['diff.context', '0'],
    ['diff.interHunkContext', '99'],
    ['diff.suppressBlankEmpty', 'true'],
    ['diff.orderFile', '/no/such/file'],
    ['diff.external', '/bin/false'],
    ['diff.wordRegex', '.'],
    ['diff.colorMoved', 'zebra'],
    ['diff.wsErrorHighlight', 'all'],
    ['color.ui', 'always'],
    ['color.diff', 'always'],
    ['core.quotePath', 'true'],
    ['core.pager', '/bin/false'],
    ['core.attributesFile', '/no/such/file'],
    ['pager.diff', '/bin/false'],
    ['alias.diff', 'status'],
    ['diff.algorithm', 'patience'],
    ['core.untrackedCache', 'true'],
  ])('is the same with %s=%s', async (name, value) => {
    await repository();
    const lines = Array.from({ length: 40 }, (_, index) => `${index}\n\n`);
    await writeFile(at('caf\u00e9.txt'), lines.join(''));
    git('add', '.');
    git('commit', '-qm', 'second');
    const diff = await startDiff();
    await appendFile(at('a.txt'), 'two\n');
    await writeFile(at('caf\u00e9.txt'), lines.toSpliced(20, 1, 'changed\n').toSpliced(3, 1).join(''));
    const plain = await diff.read();
    expect(plain).toMatch(/^diff --git a\/caf\u00e9.txt b\/caf\u00e9.txt$/m);
    git('config', name, value);
    expect(await diff.read()).toBe(plain);
  });

  test.each(GIT_VARIABLES)('is of the repository in which it began, whatever %s says', async (name) => {
    await repository();
    await mkdir(at('deep'));
    await mkdir(at('other'));
    git('-C', at('other'), 'init', '-q');
    await writeFile(at('other/theirs.txt'), 'theirs\n');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'core.worktree');
    vi.stubEnv('GIT_CONFIG_VALUE_0', at('other'));
    vi.stubEnv(name, misleadingValue(name, at('other')));
    const diff = await startDiff(at('deep'));
    await appendFile(at('a.txt'), 'two\n');
    await writeFile(at('deep/new.txt'), 'new\n');
    const text = await diff.read();
    expect(text).toMatch(/^diff --git a\/a.txt b\/a.txt\n(?:.*\n)+?@@ -1 \+1,2 @@\n one\n\+two\n/m);
    expect(text).toMatch(/^diff --git a\/deep\/new.txt b\/deep\/new.txt$/m);
    expect(text).not.toContain('theirs');
    expect(log.lines).toEqual([]);
  });

  test('includes a submodule, whatever the user has configured', async () => {
    await repository();
    git('init', '-q', at('sub'));
    git('-C', at('sub'), 'commit', '-q', '--allow-empty', '-m', 'theirs');
    git('add', 'sub');
    git('commit', '-qm', 'second');
    git('config', 'diff.submodule', 'log');
    const diff = await startDiff();
    git('-C', at('sub'), 'commit', '-q', '--allow-empty', '-m', 'theirs again');
    expect(await diff.read()).toMatch(/^diff --git a\/sub b\/sub$/m);
  });

  test('leaves out a submodule that is broken', async () => {
    await repository();
    git('init', '-q', at('sub'));
    git('-C', at('sub'), 'commit', '-q', '--allow-empty', '-m', 'theirs');
    git('add', 'sub');
    git('commit', '-qm', 'second');
    const diff = await startDiff();
    await writeFile(at('sub/.git/index'), 'broken');
    await appendFile(at('a.txt'), 'two\n');
    expect(await diff.read()).toMatch(/^diff --git a\/a.txt b\/a.txt\n(?:.*\n)+?\+two\n$/);
    expect(log.lines).toEqual([]);
  });

  test('runs no hook or program of the user', async () => {
    await repository();
    const program = `#!/bin/sh\ntouch '${at('.git/was-run')}'\n`;
    await writeFile(at('.git/hooks/post-index-change'), program, { mode: 0o755 });
    await writeFile(at('.git/monitor'), program, { mode: 0o755 });
    git('config', 'core.fsmonitor', at('.git/monitor'));
    git('config', 'diff.mine.textconv', at('.git/monitor'));
    await rm(at('.git/was-run'), { force: true });
    const diff = await startDiff();
    await writeFile(at('.gitattributes'), '* diff=mine\n');
    await writeFile(at('new.txt'), 'new\n');
    expect(await diff.read()).toContain('+new\n');
    expect(existsSync(at('.git/was-run'))).toBe(false);
  });

  test('writes no shared index if the user has a split index', async () => {
    await repository();
    git('config', 'core.splitIndex', 'true');
    git('update-index', '--split-index');
    const before = await readdir(at('.git'));
    const diff = await startDiff();
    await writeFile(at('new.txt'), 'new\n');
    expect(await diff.read()).toContain('+new\n');
    expect(await readdir(at('.git'))).toEqual(before);
  });

  // Other systems refuse such a name.
  test.runIf(process.platform === 'linux')('includes files whose names are not UTF-8', async () => {
    await repository();
    const diff = await startDiff();
    await writeFile(Buffer.from(at('caf\u00e9.txt'), 'latin1'), 'new\n');
    expect(await diff.read()).toContain('+new\n');
    expect(log.lines).toEqual([]);
  });

  test('includes the other files if one may not be read', { skip: process.getuid?.() === 0 }, async () => {
    await repository();
    const diff = await startDiff();
    await writeFile(at('theirs.txt'), 'secret\n', { mode: 0o000 });
    await writeFile(at('new.txt'), 'new\n');
    expect(await diff.read()).toContain('+new\n');
  });

  test('includes the other files if one is deleted while it runs', async () => {
    await repository();
    const diff = await startDiff();
    await writeFile(at('new.txt'), 'new\n');
    await writeFile(at('passing.txt'), 'passing\n');
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    const removing = `#!/bin/sh\n'${real}' "$@"\ncase "$*" in *ls-files*) rm '${at('passing.txt')}' ;; esac\n`;
    await mkdir(at('.git/programs'));
    await writeFile(at('.git/programs/git'), removing, { mode: 0o755 });
    vi.stubEnv('PATH', `${at('.git/programs')}:${process.env.PATH}`);
    const text = await diff.read();
    expect(text).toContain('+new\n');
    expect(text).not.toContain('passing');
  });
});

test.each([
  ['outside a repository', () => folder.path, /not a git repository/],
  ['in a folder that is gone', () => at('gone'), /git is not installed, or its folder is gone/],
])('%s there is no diff, and one line without a stack trace is logged', async (_where, path, reason) => {
  expect(await WorkingDiff.sinceCurrentCommit(path(), log)).toBeNull();
  expect(log.at('warn')).toHaveLength(1);
  const line = JSON.stringify(log.at('warn'));
  expect(line).toMatch(reason);
  expect(line).not.toMatch(/stack|node:|\\n/);
});

test('git is killed when it takes too long, also if a program that it started lives on', async () => {
  await repository();
  const slow = ['-c', 'alias.slow=!while [ -e .git ]; do sleep 0.1; done', 'slow'];
  await expect(adapterGit(slow, { folder: folder.path, timeoutMs: 300 })).rejects.toThrow('SIGKILL');
});

test('if the repository breaks, the diff is null and a warning is logged', async () => {
  await repository();
  const diff = await startDiff();
  await chmod(at('.git'), 0o700);
  await rm(at('.git'), { recursive: true });
  expect(await diff.read()).toBeNull();
  expect(log.at('warn')).toHaveLength(1);
});

test('without a folder for temporary files the diff is null and a warning is logged', async () => {
  await repository();
  const diff = await startDiff();
  vi.stubEnv('TMPDIR', at('absent'));
  expect(await diff.read()).toBeNull();
  expect(log.at('warn')).toHaveLength(1);
});

test('a temporary folder that cannot be removed does not spoil the diff', {
  skip: process.getuid?.() === 0,
}, async () => {
  await repository();
  const diff = await startDiff();
  await appendFile(at('a.txt'), 'two\n');
  await using temporary = await temporaryFolder();
  await mkdir(at('.git/programs'));
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  const locking = `#!/bin/sh\n'${real}' "$@"\ncase "$*" in *unified=3*) chmod 500 '${temporary.path}' ;; esac\n`;
  await writeFile(at('.git/programs/git'), locking, { mode: 0o755 });
  vi.stubEnv('TMPDIR', temporary.path);
  vi.stubEnv('PATH', `${at('.git/programs')}:${process.env.PATH}`);
  expect(await diff.read()).toContain('+two\n');
  await chmod(temporary.path, 0o700);
});

test.each<[string, () => void]>([
  ['has a commit', () => git('commit', '-qm', 'fresh')],
  ['has no commit', () => git('rm', '-q', '--cached', 'a.txt')],
])('if the base is gone and the new repository %s, later changes are sent again', async (_what, prepare) => {
  await repository();
  const diff = await startDiff();
  await rm(at('.git'), { recursive: true });
  git('init', '-q');
  git('add', '.');
  prepare();
  await writeFile(at('new.txt'), 'new\n');
  expect(await diff.read()).toContain('+new\n');
  expect(await diff.read()).toContain('+new\n');
  expect(log.at('warn')).toHaveLength(1);
});

test.each([
  ['clean', 'lock', /^\+[\da-f]{40}$/m],
  ['process', 'a=b.c', /^\+hidden$/m],
])('no content filter with a %s runs, also if it is required', async (kind, name, shown) => {
  await repository();
  git('config', `filter.${name}.${kind}`, `touch '${at('.git/has-run')}'; cat`);
  git('config', `filter.${name}.required`, 'true');
  const diff = await startDiff();
  await writeFile(at('.gitattributes'), `*.locked filter=${name}\n`);
  await writeFile(at('b.locked'), 'hidden\n');
  await appendFile(at('a.txt'), 'two\n');
  const text = await diff.read();
  expect(existsSync(at('.git/has-run'))).toBe(false);
  expect(text).toMatch(shown);
  expect(text).toContain('+two\n');
});
