import { expect, test } from 'vitest';
import { openPglite } from '../../../src/adapters/mikro-orm/pglite.ts';
import type { UserId } from '../../../src/domain/ids.ts';

test('statements that follow one another let other work in between', async () => {
  const database = await openPglite('memory://');
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    Array.from({ length: 10 }, () => database.query(['ada' as UserId], 'select pg_sleep(0.01)', [])),
  );
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(10);
  await database.close();
});
