import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { Waiter } from '../../../src/application/waiting/waiter.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import { aCaller } from '../../support/builders.ts';

const instance = { userId: 'ada' as UserId, agentInstanceId: randomUUID() as AgentInstanceId };

let signals: InProcessSignals;
let gone: AbortController;
let stopping: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  signals = new InProcessSignals();
  gone = new AbortController();
  stopping = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
});

const change = (version: number) => signals.publish([{ ...instance, version }]);
const within = (millis: number) => ({
  caller: aCaller(),
  deadline: Date.now() + millis,
  gone: gone.signal,
  stopping: stopping.signal,
});
const expectNothingHeld = () => {
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(gone.signal, 'abort')).toEqual([]);
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
};

test('wakes when a version newer than the one read is signalled', async () => {
  using waiter = new Waiter(signals, instance);
  const waking = waiter.next(1, within(1_000));
  change(2);
  expect(await waking).toBe('changed');
  expectNothingHeld();
});

test('does not miss a change between the read and the wait', async () => {
  using waiter = new Waiter(signals, instance);
  change(2);
  expect(await waiter.next(1, within(1_000))).toBe('changed');
  expectNothingHeld();
});

test('does not miss a change that an older, later signal follows', async () => {
  using waiter = new Waiter(signals, instance);
  change(3);
  change(2);
  expect(await waiter.next(2, within(1_000))).toBe('changed');
});

test('does not miss a change while what it woke for is read', async () => {
  using waiter = new Waiter(signals, instance);
  const waking = waiter.next(1, within(1_000));
  change(2);
  await waking;
  change(3);
  expect(await waiter.next(2, within(1_000))).toBe('changed');
});

test('sleeps on when the version was read already: by an echo, a late signal or its own write', async () => {
  using waiter = new Waiter(signals, instance);
  change(3);
  const waking = waiter.next(3, within(1_000));
  change(3);
  change(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waking).toBe('timeout');
});

test('waits for its own instance only', async () => {
  using waiter = new Waiter(signals, instance);
  const waking = waiter.next(1, within(1_000));
  signals.publish([{ ...instance, userId: 'eve' as UserId, version: 2 }]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waking).toBe('timeout');
});

test('ends at the deadline and not before', async () => {
  using waiter = new Waiter(signals, instance);
  let ended = false;
  const waking = waiter.next(1, within(1_000)).finally(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await waking).toBe('timeout');
  expectNothingHeld();
});

test('does not wait after the deadline, but still tells of a change', async () => {
  using waiter = new Waiter(signals, instance);
  expect(await waiter.next(1, within(0))).toBe('timeout');
  change(2);
  expect(await waiter.next(1, within(0))).toBe('changed');
  expectNothingHeld();
});

test.each(['gone', 'stopping'] as const)(
  'ends at once when %s, before or during the wait',
  async (reason) => {
    using waiter = new Waiter(signals, instance);
    const waking = waiter.next(1, within(1_000));
    ({ gone, stopping })[reason].abort();
    expect(await waking).toBe(reason);
    expectNothingHeld();
    change(2);
    expect(await waiter.next(1, within(1_000))).toBe(reason);
    expectNothingHeld();
  },
);

test('waits without a way to learn that its client has gone', async () => {
  using waiter = new Waiter(signals, instance);
  const waking = waiter.next(1, { ...within(1_000), clientGone: null });
  stopping.abort();
  expect(await waking).toBe('stopping');
});

test('tells the sweep which version it has read, and never an older one', async () => {
  using waiter = new Waiter(signals, instance);
  expect([...signals.watched()]).toEqual([{ ...instance, version: 0 }]);
  await waiter.next(5, within(0));
  await waiter.next(4, within(0));
  expect([...signals.watched()]).toEqual([{ ...instance, version: 5 }]);
});

test('listens until it is disposed of', () => {
  {
    using _waiter = new Waiter(signals, instance);
    expect(signals.size).toBe(1);
  }
  expect(signals.size).toBe(0);
});

test('holds one timer and one subscription each, however many wait, and none afterwards', async () => {
  const warnings = vi.spyOn(process, 'emitWarning');
  const waiters = Array.from({ length: 1_000 }, () => new Waiter(signals, instance));
  const wakings = waiters.map((waiter) => waiter.next(1, within(1_000)));
  expect(vi.getTimerCount()).toBe(1_000);
  expect(signals.size).toBe(1_000);
  stopping.abort();
  expect(new Set(await Promise.all(wakings))).toEqual(new Set(['stopping']));
  for (const waiter of waiters) waiter[Symbol.dispose]();
  expect(signals.size).toBe(0);
  expectNothingHeld();
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
});
