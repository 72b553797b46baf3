import { mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDirInUseError, lockDataDir } from '../../../src/composition/data-dir/data-dir-lock.ts';
import { ConfigError } from '../../../src/composition/errors.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const MODULE = new URL('../../../src/composition/data-dir/data-dir-lock.ts', import.meta.url).href;

let folder: TemporaryFolder;
let dataDir: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'new', 'data');
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Starts a process that tries to get the lock at `startAt`, prints the outcome, and keeps running. */
function contender(path = dataDir, startAt = 0): NodeProcess {
  const script = `
    const { lockDataDir } = await import(${JSON.stringify(MODULE)});
    await new Promise((resolve) => setTimeout(resolve, ${startAt} - Date.now()));
    globalThis.kept = await lockDataDir(${JSON.stringify(path)}).then(
      (lock) => { console.log('tried: locked'); return lock; },
      (error) => console.log('tried: ' + error.name),
    );
    setInterval(() => {}, 1 << 30);`;
  return new NodeProcess(['--input-type=module', '-e', script]);
}

async function outcome(process: NodeProcess): Promise<string> {
  await process.waitForOutput('\n');
  return process.stdout.trim();
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test('a folder locked by one process is refused to every other, with an error that says what to do', async () => {
  await using holder = contender();
  expect(await outcome(holder)).toBe('tried: locked');
  const error = await lockDataDir(dataDir).then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataDirInUseError);
  expect((error as Error).message).toMatch(/^\S+ is in use by another .*DATA_DIR.*DATABASE_URL[^\n]*$/);
  expect((error as Error).message).toContain(dataDir);
});

test('a lock that cannot be written is an error that names the file and says what to do', async () => {
  const file = join(dataDir, 'lock');
  await mkdir(file, { recursive: true });
  const problem = new RegExp(`^DATA_DIR: this process cannot write to ${file} \\(.*own DATA_DIR`);
  await expect(lockDataDir(dataDir)).rejects.toThrow(ConfigError);
  await expect(lockDataDir(dataDir)).rejects.toThrow(problem);
});

test('the lock ends with its process, even if the process is killed', async () => {
  await using holder = contender();
  await outcome(holder);
  holder.signal('SIGKILL');
  await holder.whenEnded;
  using _lock = await lockDataDir(dataDir);
});

test('exactly one of many concurrent processes gets the lock', async () => {
  await using stack = new AsyncDisposableStack();
  const startAt = Date.now() + 800;
  const all = Array.from({ length: 6 }, () => stack.use(contender(dataDir, startAt)));
  const outcomes = await Promise.all(all.map(outcome));
  expect(outcomes.sort()).toEqual(['tried: locked', ...Array(5).fill('tried: DataDirInUseError')].sort());
});

test('a symbolic link to a locked folder is refused, too', async () => {
  await using holder = contender();
  await outcome(holder);
  const alias = join(folder.path, 'alias');
  await symlink(dataDir, alias);
  await expect(lockDataDir(alias)).rejects.toThrow(DataDirInUseError);
});

test('a process cannot lock a folder twice, and a second try does not release the lock', async () => {
  using _lock = await lockDataDir(dataDir);
  await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUseError);
  await using other = contender();
  expect(await outcome(other)).toBe('tried: DataDirInUseError');
});

test('a released folder can be locked again, and another folder is not affected', async () => {
  const lock = await lockDataDir(dataDir);
  using _elsewhere = await lockDataDir(join(folder.path, 'other'));
  lock[Symbol.dispose]();
  await using next = contender();
  expect(await outcome(next)).toBe('tried: locked');
});

test.skipIf(process.platform === 'win32')(
  'only the owner can read the folder and the lock file',
  async () => {
    using _lock = await lockDataDir(dataDir);
    expect(await modeOf(dataDir)).toBe('700');
    expect(await modeOf(join(dataDir, 'lock'))).toBe('600');
  },
);
