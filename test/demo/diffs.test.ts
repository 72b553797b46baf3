import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDiff } from '../../web/src/model/diff/parse-diff.ts';
import { runGit } from '../support/run-git.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DIFFS = new URL('../../demo/diffs/', import.meta.url);
const readDiff = (name: string) => readFile(new URL(name, DIFFS), 'utf8');

/** Two of the diffs have all lines of their file, so they tell what was in it before. */
const WITH_WHOLE_FILE = ['clock.diff', 'frozen-time.diff'];

test('git applies each diff of the demo, and then makes the same diff', async () => {
  await using folder = await temporaryFolder();
  const git = (...args: string[]) => runGit(folder.path, ...args);
  git('init', '-q');
  for (const name of WITH_WHOLE_FILE) {
    const [file] = parseDiff(await readDiff(name));
    const before = file!.lines.filter((line) => line.before !== null).map(({ text }) => `${text}\n`);
    await mkdir(dirname(join(folder.path, file!.path)), { recursive: true });
    await writeFile(join(folder.path, file!.path), before.join(''));
  }
  git('add', '.');
  git('commit', '-qm', 'before');
  const names = await readdir(DIFFS);
  expect(names).toEqual(expect.arrayContaining(WITH_WHOLE_FILE));
  for (const name of names) {
    const path = join(folder.path, '.git', name);
    await writeFile(path, await readDiff(name));
    git('apply', '--check', path);
    git('apply', path);
    expect(git('-c', 'core.abbrev=7', 'diff'), name).toBe(await readDiff(name));
    git('checkout', '-q', '.');
  }
});
