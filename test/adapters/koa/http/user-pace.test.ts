import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserPace } from '../../../../src/adapters/koa/http/user-pace.ts';
import type { UserId } from '../../../../src/domain/ids.ts';

const ADA = 'ada' as UserId;
const BOB = 'bob' as UserId;
/** A request every 10 ms and a byte every millisecond, ten requests or 100 bytes at once. */
const LIMITS = { requestsPerSecond: 100, bytesPerSecond: 1_000, burstMs: 100, maxWaitMs: 1_000 };

let pace: UserPace;
const response = () => new EventEmitter() as ServerResponse;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  pace = new UserPace(LIMITS);
});

afterEach(() => {
  vi.useRealTimers();
});

/** Resolves to how long a request waits, in milliseconds. */
const waitOf = async (turn: Promise<void> | undefined): Promise<number> => {
  const startedAt = performance.now();
  await turn;
  return performance.now() - startedAt;
};

const waitsOf = async (turns: readonly (Promise<void> | undefined)[]): Promise<number[]> => {
  const waits = Promise.all(turns.map(waitOf));
  await vi.runAllTimersAsync();
  return waits;
};

const requests = (userId: UserId, count: number) =>
  Array.from({ length: count }, () => pace.beginRequest(userId, response()));

describe('requests', () => {
  test('of a user who is alone never wait', async () => {
    expect(await waitsOf(requests(ADA, 1_000))).toEqual(new Array(1_000).fill(0));
  });

  test('over the burst wait their turn while another user is there, and those of the other do not', async () => {
    pace.beginRequest(BOB, response());
    const waits = await waitsOf([...requests(ADA, 13), ...requests(BOB, 5)]);
    expect(waits).toEqual([...new Array(11).fill(0), 10, 20, ...new Array(5).fill(0)]);
  });

  test('count as many as a batch has', async () => {
    pace.beginRequest(BOB, response());
    pace.beginRequest(ADA, response(), 30);
    expect(await waitsOf(requests(ADA, 1))).toEqual([200]);
  });

  test('that would wait too long are refused, after a wait', async () => {
    pace.beginRequest(BOB, response());
    pace.beginRequest(ADA, response(), 500);
    const refused = pace.beginRequest(ADA, response())!;
    const outcome = expect(refused).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'Retry-After': '5' },
    });
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(499);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(501);
    await outcome;
  });

  test('are not done when their client is gone while they wait, or hanging up would pay', async () => {
    pace.beginRequest(BOB, response());
    pace.beginRequest(ADA, response(), 100);
    const res = response();
    const turn = pace.beginRequest(ADA, res);
    const outcome = expect(turn).rejects.toMatchObject({ code: 'incomplete_body' });
    res.emit('close');
    await outcome;
    expect(vi.getTimerCount()).toBe(0);
    expect(res.listenerCount('close')).toBe(0);
  });
});

describe('large bodies', () => {
  test('wait for one another, but not for requests, and requests do not wait for them', async () => {
    pace.beginRequest(BOB, response());
    pace.beginRequest(ADA, response());
    const bodies = [150, 50, 10].map((bytes) => pace.beginReading(ADA, response(), bytes));
    expect(await waitsOf([...bodies, ...requests(ADA, 2)])).toEqual([0, 50, 100, 0, 0]);
  });

  test('that are very large let the next one wait, and are no reason to refuse it', async () => {
    for (const user of [BOB, ADA]) pace.beginRequest(user, response());
    const bodies = [1e9, 10].map((bytes) => pace.beginReading(ADA, response(), bytes));
    expect(await waitsOf(bodies)).toEqual([0, 700]);
  });

  test('wait also when they have been arriving for longer than a user counts as present', async () => {
    for (const user of [BOB, ADA]) pace.beginRequest(user, response());
    for (let nth = 0; nth < 10; nth += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      pace.beginRequest(BOB, response());
      pace.beginReading(ADA, response(), 1);
    }
    expect(await waitsOf([200, 10].map((bytes) => pace.beginReading(ADA, response(), bytes)))).toEqual([
      0, 101,
    ]);
  });
});
