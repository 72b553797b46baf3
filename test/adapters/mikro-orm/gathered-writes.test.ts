import { expect, test } from 'vitest';
import { GatheredWrites } from '../../../src/adapters/mikro-orm/group-commit/gathered-writes.ts';

/** Writes that take until `release` is called, and give each item in capitals. */
function slowWrites() {
  const written: string[][] = [];
  const releases: (() => void)[] = [];
  const writes = new GatheredWrites<string, string>(
    async (items) => {
      written.push([...items]);
      await new Promise<void>((resolve) => releases.push(resolve));
      if (items.includes('bad')) throw new Error('refused');
      return items.map((item) => item.toUpperCase());
    },
    (item) => item.slice(0, 1),
  );
  const release = async () => {
    await expect.poll(() => releases.length).toBe(1);
    releases.pop()!();
  };
  return { written, writes, release };
}

test('what comes while something is written goes with one statement, and each gets its own result', async () => {
  const { written, writes, release } = slowWrites();
  const first = writes.add('a');
  await expect.poll(() => written.length).toBe(1);
  const others = ['b', 'c'].map((item) => writes.add(item));
  await release();
  expect(await first).toBe('A');
  await release();
  expect(await Promise.all(others)).toEqual(['B', 'C']);
  expect(written).toEqual([['a'], ['b', 'c']]);
});

test('what has the same key is never in one statement', async () => {
  const { written, writes, release } = slowWrites();
  const both = ['a1', 'a2'].map((item) => writes.add(item));
  await release();
  await release();
  expect(await Promise.all(both)).toEqual(['A1', 'A2']);
  expect(written).toEqual([['a1'], ['a2']]);
});

test('a statement that fails fails for all of it, and the next one is written', async () => {
  const { writes, release } = slowWrites();
  const both = Promise.allSettled([writes.add('bad'), writes.add('good')]);
  await release();
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = writes.add('next');
  await release();
  expect(await next).toBe('NEXT');
});
