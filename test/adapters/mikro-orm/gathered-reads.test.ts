import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GatheredReads } from '../../../src/adapters/mikro-orm/group-commit/gathered-reads.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { userIdOf } from '../../support/builders.ts';

interface Item {
  readonly userId: UserId;
  readonly value: number;
}

/** The items of each statement. */
let statements: number[][];
let answer: (items: readonly Item[]) => Promise<readonly number[]>;
let reads: GatheredReads<Item, number>;

beforeEach(() => {
  vi.useFakeTimers();
  statements = [];
  answer = async (items) => items.map(({ value }) => value * 10);
  reads = new GatheredReads((items) => {
    statements.push(items.map(({ value }) => value));
    return answer(items);
  });
});
afterEach(() => {
  expect(vi.getTimerCount(), 'no timer is left behind').toBe(0);
  vi.useRealTimers();
});

const ANN = userIdOf('ann');
const BOB = userIdOf('bob');
const read = (value: number, userId = ANN) => reads.read({ userId, value });
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test('reads that come within a few milliseconds share one statement, and each gets its own result', async () => {
  const first = read(1);
  await pass(9);
  const second = read(2, BOB);
  await pass(40);
  expect(await Promise.all([first, second])).toEqual([10, 20]);
  expect(statements).toEqual([[1, 2]]);
});

test('a read that comes while a statement runs is in the next one', async () => {
  const gate = Promise.withResolvers<void>();
  answer = async (items) => {
    await gate.promise;
    return items.map(({ value }) => value);
  };
  const first = read(1);
  await pass(10);
  const second = read(2);
  await pass(50);
  expect(statements).toEqual([[1]]);
  gate.resolve();
  await pass(40);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
  expect(statements).toEqual([[1], [2]]);
});

test('a failed statement fails its reads, and no later one', async () => {
  answer = () => Promise.reject(new Error('out of order'));
  const failed = Promise.allSettled([read(1), read(2)]);
  await pass(40);
  expect(await failed).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  answer = async () => [3];
  const next = read(3);
  await pass(40);
  expect(await next).toBe(3);
});

test('users take turns in the statements, so one with very many reads delays the own ones', async () => {
  const many = Array.from({ length: 600 }, (_, nth) => read(nth));
  const one = read(1_000, BOB);
  await pass(40);
  await Promise.all([...many, one]);
  expect(statements.map((items) => items.length)).toEqual([500, 101]);
  expect(statements[0]).toContain(1_000);
});
