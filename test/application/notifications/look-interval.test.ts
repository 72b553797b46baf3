import { beforeEach, expect, test, vi } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { Courier } from '../../../src/application/notifications/delivery/courier.ts';
import { DeliveryWorker } from '../../../src/application/notifications/delivery/delivery-worker.ts';
import type { NotificationId } from '../../../src/domain/ids.ts';
import { FakeClock, userIdOf } from '../../support/builders.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

/** How long a process pauses after a run. */
const PAUSE_MS = 40;

/** A process that shares its store with others if there is something to notify them with. */
function aWorker(databaseNotification: object | null): DeliveryWorker & { notice(): void } {
  const signals = Object.assign(new InProcessSignals(), { databaseNotification }) as never;
  const { repository, notifications } = inMemoryStore(new InProcessSignals());
  const clock = new FakeClock();
  const later = new Date(clock.now().getTime() + 3_600_000);
  const due: { userId: ReturnType<typeof userIdOf>; id: NotificationId; dueAt: Date }[] = [];
  const worker = new DeliveryWorker({
    ...{ repository, signals, clock, courier: {} as Courier, logger: { debug() {}, warn() {} } },
    load: () => 0,
    notifications: Object.assign(Object.create(notifications!), { nextDue: async () => due }),
  });
  const notice = () => due.push({ userId: userIdOf('ada'), id: 'n' as NotificationId, dueAt: later });
  return Object.assign(worker, { notice });
}

test('a process that shares its store looks for what others have left: seldom, until it has seen one', async () => {
  const worker = aWorker({});
  expect(await worker.run()).toBe(60_000);
  worker.notice();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(await worker.run()).toBe(3_000);
});

test('a single process knows what it has saved', async () => {
  const worker = aWorker(null);
  expect(await worker.run()).toBe(null);
  worker.notice();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(await worker.run()).toBe(3_600_000);
});
