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
  const work = 'select count(*) from generate_series(1, 20000)';
  await Promise.all(Array.from({ length: 20 }, () => database.query(['ada' as UserId], work, [])));
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(15);
  await database.close();
});
