import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadOrCreateKeyPair } from '../../../src/composition/config/key-files.ts';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, '.agent-dashboard');
  execFileSync('git', ['init', '-q'], { cwd: folder.path });
});
afterEach(() => folder[Symbol.asyncDispose]());

const openOnce = async () => {
  await using opened = await openDatabase({ databaseUrl: null, dataDir });
  await opened.database.migrate();
};
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
/** What `git add -A` would take. */
const seenByGit = () =>
  execFileSync('git', ['status', '--porcelain', '-uall'], { cwd: folder.path }).toString();

test.each([
  ['a new folder', async () => {}],
  ['a folder that was there', () => mkdir(dataDir)],
])('Git sees neither key nor database in %s', async (_name, before) => {
  await before();
  await openOnce();
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
});

test('a folder that holds a key alone is kept from Git, too, by every start that reads it', async () => {
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
  await unlink(join(dataDir, '.gitignore'));
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
});

test('a folder of another name that was there keeps what it holds in Git: it may hold more than ours', async () => {
  await writeFile(join(folder.path, 'theirs.txt'), '');
  dataDir = folder.path;
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toContain('theirs.txt');
});

test('a .gitignore that is there stays as it is', async () => {
  await mkdir(dataDir);
  await writeFile(join(dataDir, '.gitignore'), 'mine\n');
  await openOnce();
  await loadOrCreateKeyPair(dataDir);
  expect(await readFile(join(dataDir, '.gitignore'), 'utf8')).toBe('mine\n');
});

test.skipIf(process.platform === 'win32')(
  'the database is for its owner alone, in a folder that others may enter and in one that an earlier version made',
  async () => {
    await mkdir(join(dataDir, 'database'), { recursive: true });
    await chmod(dataDir, 0o755);
    await chmod(join(dataDir, 'database'), 0o755);
    await openOnce();
    expect(await modeOf(dataDir)).toBe('755');
    expect(await modeOf(join(dataDir, 'database'))).toBe('700');
  },
);
