import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { Waiter } from '../../../src/application/waiting/waiter.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import { aCaller } from '../../support/builders.ts';

const instance = { userId: 'ada' as UserId, agentInstanceId: randomUUID() as AgentInstanceId };

let signals: InProcessSignals;
let clientGone: AbortController;
let shuttingDown: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  signals = new InProcessSignals();
  clientGone = new AbortController();
  shuttingDown = new AbortController();
});
afterEach(() => {
  vi.useRealTimers();
});

const change = (version: number) => signals.publish([{ ...instance, version }]);
const within = (millis: number) => ({
  caller: aCaller(),
  deadline: performance.now() + millis,
  clientGone: clientGone.signal,
  shuttingDown: shuttingDown.signal,
});
const expectNothingHeld = () => {
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(clientGone.signal, 'abort')).toEqual([]);
  expect(getEventListeners(shuttingDown.signal, 'abort')).toEqual([]);
};

test('a wait ends when a newer version is signalled', async () => {
  using waiter = new Waiter(signals, instance);
  const reason = waiter.waitForChange(1, within(1_000));
  change(2);
  expect(await reason).toBe('changed');
  expectNothingHeld();
});

test('a change between the read and the wait is not missed', async () => {
  using waiter = new Waiter(signals, instance);
  change(2);
  expect(await waiter.waitForChange(1, within(1_000))).toBe('changed');
  expectNothingHeld();
});

test('a change is not missed when the signal of an older version comes after it', async () => {
  using waiter = new Waiter(signals, instance);
  change(3);
  change(2);
  expect(await waiter.waitForChange(2, within(1_000))).toBe('changed');
});

test('a change is not missed while the caller reads the previous one', async () => {
  using waiter = new Waiter(signals, instance);
  const reason = waiter.waitForChange(1, within(1_000));
  change(2);
  await reason;
  change(3);
  expect(await waiter.waitForChange(2, within(1_000))).toBe('changed');
});

test('signals of a version that was read already do not end the wait', async () => {
  using waiter = new Waiter(signals, instance);
  change(3);
  const reason = waiter.waitForChange(3, within(1_000));
  change(3);
  change(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await reason).toBe('timeout');
});

test('a signal of another user’s instance with the same id does not end the wait', async () => {
  using waiter = new Waiter(signals, instance);
  const reason = waiter.waitForChange(1, within(1_000));
  signals.publish([{ ...instance, userId: 'eve' as UserId, version: 2 }]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await reason).toBe('timeout');
});

test('a wait ends at its deadline and not before', async () => {
  using waiter = new Waiter(signals, instance);
  let ended = false;
  const reason = waiter.waitForChange(1, within(1_000)).finally(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await reason).toBe('timeout');
  expectNothingHeld();
});

test('after the deadline there is no wait, but a change is still reported', async () => {
  using waiter = new Waiter(signals, instance);
  expect(await waiter.waitForChange(1, within(0))).toBe('timeout');
  change(2);
  expect(await waiter.waitForChange(1, within(0))).toBe('changed');
  expectNothingHeld();
});

test.each(['clientGone', 'shuttingDown'] as const)(
  'a wait ends at once on %s, whether it happens before or during the wait',
  async (expected) => {
    using waiter = new Waiter(signals, instance);
    const reason = waiter.waitForChange(1, within(1_000));
    ({ clientGone, shuttingDown })[expected].abort();
    expect(await reason).toBe(expected);
    expectNothingHeld();
    change(2);
    expect(await waiter.waitForChange(1, within(1_000))).toBe(expected);
    expectNothingHeld();
  },
);

test('a wait works without a signal for a client that disconnects', async () => {
  using waiter = new Waiter(signals, instance);
  const reason = waiter.waitForChange(1, { ...within(1_000), clientGone: null });
  shuttingDown.abort();
  expect(await reason).toBe('shuttingDown');
});

test('the signals adapter sees the newest version that the waiter has read', async () => {
  using waiter = new Waiter(signals, instance);
  expect([...signals.watchedInstances()]).toEqual([{ ...instance, version: 0 }]);
  await waiter.waitForChange(5, within(0));
  await waiter.waitForChange(4, within(0));
  expect([...signals.watchedInstances()]).toEqual([{ ...instance, version: 5 }]);
});

test('a waiter is subscribed until it is disposed', () => {
  {
    using _waiter = new Waiter(signals, instance);
    expect(signals.size).toBe(1);
  }
  expect(signals.size).toBe(0);
});

test('each wait holds one timer and one subscription, and releases both at its end', async () => {
  const warnings = vi.spyOn(process, 'emitWarning');
  const waiters = Array.from({ length: 1_000 }, () => new Waiter(signals, instance));
  const reasons = waiters.map((waiter) => waiter.waitForChange(1, within(1_000)));
  expect(vi.getTimerCount()).toBe(1_000);
  expect(signals.size).toBe(1_000);
  shuttingDown.abort();
  expect(new Set(await Promise.all(reasons))).toEqual(new Set(['shuttingDown']));
  for (const waiter of waiters) waiter[Symbol.dispose]();
  expect(signals.size).toBe(0);
  expectNothingHeld();
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
});
