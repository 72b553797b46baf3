import { expect, test } from 'vitest';
import { EmbeddedStorage } from '../../../src/adapters/mikro-orm/database/embedded-storage.ts';

const MEGABYTE = 1024 * 1024;

/** Checks a disk with this many free megabytes. Returns the code of the error; null if there is none. */
async function codeWith(freeMegabytes: number, purpose: 'write' | 'remove'): Promise<string | null> {
  const storage = new EmbeddedStorage('/data', async () => freeMegabytes * MEGABYTE);
  return storage.requireSpace(purpose).then(
    () => null,
    ({ code }: { code: string }) => code,
  );
}

test.each([
  [128, null, null],
  [127, 'storage_full', null],
  [48, 'storage_full', null],
  [47, 'storage_full', 'storage_full'],
])('with %i MB of the disk free, a write gets %s and a removal %s', async (free, write, remove) => {
  expect([await codeWith(free, 'write'), await codeWith(free, 'remove')]).toEqual([write, remove]);
});

test.each([
  'could not write to file "pg_wal/xlogtemp.42": No space left on device',
  'could not extend file "base/5/1259": No space left on device',
  'RuntimeError: unreachable',
  'Aborted(). Build with -sASSERTIONS for more info.',
])('after the error %j no statement is sent any more', async (message) => {
  const storage = new EmbeddedStorage('/data', async () => 1_000 * MEGABYTE);
  storage.recordError(new Error('duplicate key value violates unique constraint'));
  await storage.requireFor('select 1');
  storage.recordError(new Error(message));
  expect(storage.hasFailed).toBe(true);
  await expect(storage.requireFor('select 1')).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect(storage.requireSpace()).rejects.toMatchObject({ code: 'storage_unavailable' });
});
