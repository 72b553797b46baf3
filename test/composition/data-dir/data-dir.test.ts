import { chmod, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadOrCreateKeyPair } from '../../../src/composition/config/key-files.ts';
import { makeDataDir } from '../../../src/composition/data-dir/data-dir.ts';
import { openDatabase } from '../../../src/composition/store/open-database.ts';
import { runGit } from '../../support/run-git.ts';
import { provideDatabase } from '../../support/servers/migrated-data-dir.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, '.agent-dashboard');
  runGit(folder.path, 'init', '-q');
});
afterEach(() => folder[Symbol.asyncDispose]());

const openOnce = async () => {
  await using opened = await openDatabase({ databaseUrl: null, dataDir });
  await opened.database.migrate();
};
/** Makes a data folder with a database, but without the .gitignore that the product writes. */
const makeExisting = async () => {
  await provideDatabase(dataDir);
  await unlink(join(dataDir, '.gitignore'));
};
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
/** Returns the files that `git add -A` would add. */
const seenByGit = () => runGit(folder.path, 'status', '--porcelain', '-uall');

test.each([
  ['a new folder', async () => {}],
  ['an existing folder without a .gitignore', () => makeExisting()],
])('Git sees neither key nor database in %s', async (_name, before) => {
  await before();
  await openOnce();
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
});

test('Git does not see a folder with only a key, and each start restores a missing .gitignore', async () => {
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
  await unlink(join(dataDir, '.gitignore'));
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toBe('');
});

test('Git still sees the files of an existing folder with another name, since it may hold other files', async () => {
  await writeFile(join(folder.path, 'theirs.txt'), '');
  dataDir = folder.path;
  await loadOrCreateKeyPair(dataDir);
  expect(seenByGit()).toContain('theirs.txt');
});

test.each([
  ['below /proc', '/proc/x', 'ENOENT'],
  ['deep below /proc', '/proc/x/y/z', 'ENOENT'],
  ['below a device', '/dev/null/x', 'ENOTDIR'],
  ['with a name that is too long', `/tmp/${'n'.repeat(300)}`, 'ENAMETOOLONG'],
])('a folder %s is refused, and not tried for ever', async (_name, path, code) => {
  await expect(makeDataDir(path)).rejects.toMatchObject({ code });
});

test('a folder is made with the folders that contain it, also by several processes at once', async () => {
  const deep = join(folder.path, 'a/b/c');
  await Promise.all([1, 2, 3, 4].map(() => makeDataDir(deep)));
  expect(await modeOf(deep)).toBe('700');
});

test('an existing .gitignore is not changed', async () => {
  await makeExisting();
  await writeFile(join(dataDir, '.gitignore'), 'mine\n');
  await openOnce();
  await loadOrCreateKeyPair(dataDir);
  expect(await readFile(join(dataDir, '.gitignore'), 'utf8')).toBe('mine\n');
});

test.skipIf(process.platform === 'win32')(
  'only the owner can read the database, even in a folder that others may enter or an earlier version made',
  async () => {
    await mkdir(join(dataDir, 'database'), { recursive: true });
    await chmod(dataDir, 0o755);
    await chmod(join(dataDir, 'database'), 0o755);
    await openOnce();
    expect(await modeOf(dataDir)).toBe('755');
    expect(await modeOf(join(dataDir, 'database'))).toBe('700');
  },
);
