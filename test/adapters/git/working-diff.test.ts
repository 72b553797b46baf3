import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WorkingDiff } from '../../../src/adapters/git/working-diff.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { LogBook } from '../koa/test-server.ts';

let folder: TemporaryFolder;
let log: LogBook;
beforeEach(async () => {
  folder = await temporaryFolder();
  log = new LogBook();
});
afterEach(() => folder[Symbol.asyncDispose]());

const at = (name: string) => join(folder.path, name);
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.test', ...args], {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

async function repository(): Promise<void> {
  git('init', '-q');
  await writeFile(at('a.txt'), 'one\n');
  await writeFile(at('.gitignore'), 'ignored\n');
  git('add', '.');
  git('commit', '-qm', 'first');
}

const begun = async (from = folder.path): Promise<WorkingDiff> => (await WorkingDiff.since(from, log))!;

describe('the diff', () => {
  test('is empty where nothing has changed', async () => {
    await repository();
    expect(await (await begun()).read()).toBe('');
  });

  test('has what is changed, staged, committed, removed and new, but not what is ignored', async () => {
    await repository();
    await writeFile(at('gone.txt'), 'gone\n');
    git('add', '.');
    git('commit', '-qm', 'second');
    const diff = await begun();
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

  test('leaves the person’s index as it is', async () => {
    await repository();
    const diff = await begun();
    await writeFile(at('new.txt'), 'new\n');
    const before = git('status', '--porcelain');
    expect(await diff.read()).toContain('+new\n');
    expect(git('status', '--porcelain')).toBe(before);
    expect(before).toBe('?? new.txt\n');
  });

  test('leaves out worktrees, and repositories of others', async () => {
    await repository();
    const diff = await begun();
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

  test('of a worktree is its own', async () => {
    await repository();
    git('worktree', 'add', '-q', at('other'));
    const diff = await begun(at('other'));
    await writeFile(at('other/theirs.txt'), 'theirs\n');
    await writeFile(at('mine.txt'), 'mine\n');
    expect(await diff.read()).toContain('+theirs\n');
    expect(await diff.read()).not.toContain('mine');
  });

  test('is of the whole repository, wherever in it the agent began', async () => {
    await repository();
    await mkdir(at('deep/down'), { recursive: true });
    const diff = await begun(at('deep/down'));
    await appendFile(at('a.txt'), 'two\n');
    await writeFile(at('deep/down/new.txt'), 'new\n');
    expect(await diff.read()).toMatch(/\+two\n[\s\S]*deep\/down\/new\.txt/);
  });

  test('of a repository without a commit is all of it', async () => {
    git('init', '-q');
    const diff = await begun();
    await writeFile(at('a.txt'), 'one\n');
    expect(await diff.read()).toContain('+one\n');
  });

  test('is cut at a megabyte, at the end of a line', async () => {
    await repository();
    const diff = await begun();
    await writeFile(at('big.txt'), 'x'.repeat(99).concat('\n').repeat(30_000));
    const text = (await diff.read())!;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_048_576);
    expect(text).toMatch(/\n# diff cut here[^\n]*\n$/);
  });

  test('is what git says, whatever the person likes to see', async () => {
    await repository();
    git('config', 'diff.noprefix', 'true');
    git('config', 'color.ui', 'always');
    git('config', 'diff.external', '/bin/false');
    const diff = await begun();
    await appendFile(at('a.txt'), 'two\n');
    expect(await diff.read()).toMatch(/^diff --git a\/a.txt b\/a.txt\n[\s\S]*^\+two\n$/m);
  });
});

test('without a repository there is none, and a warning', async () => {
  expect(await WorkingDiff.since(folder.path, log)).toBeNull();
  expect(log.at('warn')).toHaveLength(1);
});

test('a repository that breaks costs the diff and nothing else', async () => {
  await repository();
  const diff = await begun();
  await chmod(at('.git'), 0o700);
  await rm(at('.git'), { recursive: true });
  expect(await diff.read()).toBeNull();
  expect(log.at('warn')).toHaveLength(1);
});
