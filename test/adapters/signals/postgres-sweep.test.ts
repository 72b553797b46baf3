import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { PostgresSignals } from '../../../src/adapters/signals/postgres-signals.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import type { Versions } from '../../../src/ports/storage/versions.ts';
import { RecordedLog } from './recorded-log.ts';
import { newInstance, nextSignal, nothingNew } from './signal-traffic.ts';

let log: RecordedLog;
let signals: PostgresSignals;

beforeEach(() => {
  log = new RecordedLog();
});
afterEach(() => signals.close());

/** Starts the signals on the default database of the server, because these tests need no notifications. */
async function start(
  currentVersions: Versions['currentVersions'],
  { sweep, ...versions }: { readonly sweep: number } & Partial<Versions>,
): Promise<void> {
  const connection = { connectionString: inject('postgresUrl') };
  const timing = { sweep };
  signals = new PostgresSignals({ connection, logger: log, timing });
  await signals.start({ ...nothingNew, currentVersions, ...versions });
}

test('a sweep asks once for a thousand listeners and wakes those that have missed a version', async () => {
  const instances = Array.from({ length: 500 }, newInstance);
  const asked: (readonly Signal[])[] = [];
  const secondSweep = Promise.withResolvers<void>();
  await start(
    async (watched) => {
      asked.push(watched);
      if (asked.length === 2) secondSweep.resolve();
      return watched.map((each, index) => ({ ...each, version: index === 7 ? 3 : 2 }));
    },
    { sweep: 100 },
  );
  const woken: Signal[] = [];
  for (const instance of [...instances, ...instances]) {
    signals.subscribe(
      instance,
      (signal) => woken.push(signal),
      () => 2,
    );
  }
  const since = performance.now();
  await secondSweep.promise;
  expect(performance.now() - since).toBeGreaterThan(100);
  expect(asked[0]).toEqual(instances.map((each) => ({ ...each, version: 2 })));
  expect(woken.slice(0, 2)).toEqual(Array(2).fill({ ...instances[7], version: 3 }));
  expect(new Set(woken.map(({ agentInstanceId }) => agentInstanceId)).size).toBe(1);
});

test('no sweep runs while there is no listener', async () => {
  let calls = 0;
  const asked = Promise.withResolvers<void>();
  await start(
    async () => {
      calls += 1;
      asked.resolve();
      return [];
    },
    { sweep: 10 },
  );
  const watching = signals.subscribe(
    newInstance(),
    () => {},
    () => 0,
  );
  await asked.promise;
  watching.close();
  const before = calls;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls).toBe(before);
});

test('sweeps continue after one that failed', async () => {
  const instance = newInstance();
  let calls = 0;
  await start(
    async () => {
      calls += 1;
      if (calls === 1) throw new Error('the store is busy');
      return [{ ...instance, version: 2 }];
    },
    { sweep: 20 },
  );
  await nextSignal(signals, instance, { version: 2 });
  expect(log.lines[0]).toBe('warn: The sweep for missed signals failed');
});

test('sweeps do not overlap', async () => {
  let calls = 0;
  await start(
    () => {
      calls += 1;
      return new Promise(() => {});
    },
    { sweep: 10 },
  );
  void nextSignal(signals, newInstance());
  await log.seen(/still running/, 3);
  expect(calls).toBe(1);
});

test('a sweep asks once for all listeners to a user, and wakes them for the versions they missed', async () => {
  const [seen, missed] = [newInstance(), newInstance()];
  const asked: unknown[] = [];
  const secondSweep = Promise.withResolvers<void>();
  await start(() => Promise.reject(new Error('there is no listener to a single instance')), {
    sweep: 50,
    versionsOfUsers: async (users) => {
      asked.push(users);
      if (asked.length === 2) secondSweep.resolve();
      return [
        { ...seen, version: 2 },
        { ...missed, version: 1 },
      ];
    },
  });
  const woken: Signal[] = [];
  const versionOf = (id: string) => (id === seen.agentInstanceId ? 2 : 0);
  const listening = signals.subscribeAll(seen.userId, (signal) => woken.push(signal), {
    versionOf,
    total: () => 2,
  });
  await secondSweep.promise;
  expect(asked[0]).toEqual([{ userId: seen.userId, total: 2 }]);
  expect(woken[0]).toEqual({ ...missed, version: 1 });
  expect(woken.every(({ agentInstanceId }) => agentInstanceId === missed.agentInstanceId)).toBe(true);
  listening.close();
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(asked.length).toBe(before);
});
