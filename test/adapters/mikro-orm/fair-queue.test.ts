import { expect, test } from 'vitest';
import { FairQueue } from '../../../src/adapters/mikro-orm/database/fair-queue.ts';

test('a key with many items keeps no item of another key out of the next batch', () => {
  const queue = new FairQueue<string, string>();
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push('a', item);
  queue.push('b', 'b1');
  queue.push('c', 'c1');
  expect(queue.take(4)).toEqual(['a1', 'b1', 'c1', 'a2']);
  queue.push('b', 'b2');
  expect(queue.take(4)).toEqual(['a3', 'b2', 'a4']);
  expect(queue.take(4)).toEqual([]);
});

test('items that are put back come before the others of their key', () => {
  const queue = new FairQueue<string, string>();
  for (const item of ['a1', 'a2', 'a3']) queue.push('a', item);
  const taken = queue.take(2);
  queue.putBack('a', taken);
  queue.putBack('b', ['b1']);
  expect(queue.take(9)).toEqual(['a1', 'b1', 'a2', 'a3']);
});
