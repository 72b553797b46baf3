import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WriteTurns } from '../../../../src/adapters/koa/http/write-turns.ts';

let turns: WriteTurns;
let written: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  turns = new WriteTurns();
  written = [];
});

afterEach(() => {
  vi.useRealTimers();
});

/** A write that takes half a millisecond. */
const write = (name: string) => () => {
  written.push(name);
  vi.advanceTimersByTime(0.5);
};

test('few writes are done at once', () => {
  turns.run(write('a'));
  turns.run(write('b'));
  expect(written).toEqual(['a', 'b']);
});

test('many writes are spread over turns, in their order', () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.run(write(name));
  expect(written).toEqual(['a', 'b']);
  vi.advanceTimersByTime(3);
  expect(written).toEqual(['a', 'b', 'c', 'd']);
  turns.run(write('f'));
  vi.advanceTimersByTime(4);
  expect(written).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a write that waits already is done once', () => {
  const again = write('c');
  for (const each of [write('a'), write('b'), again, again]) turns.run(each);
  vi.advanceTimersByTime(10);
  expect(written).toEqual(['a', 'b', 'c']);
});
