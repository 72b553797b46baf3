import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { PostgresSignals, pauseBefore } from '../../../src/adapters/signals/postgres-signals.ts';
import { CHANNEL } from '../../../src/adapters/signals/signal-payload.ts';
import { signalsContract } from '../../../src/contracts/signals.ts';
import type { AgentInstanceId, UserId } from '../../../src/domain/ids.ts';
import type { Logger } from '../../../src/ports/runtime.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import type { Versions } from '../../../src/ports/storage/versions.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { RecordedLog } from './recorded-log.ts';
import { newInstance, nextSignal, nothingNew, notify, terminateListeners } from './signal-traffic.ts';

let databaseUrl: string;
/** A connection that sends notifications as the store of a server process does. */
let store: pg.Client;
let open: PostgresSignals[] = [];
let log: RecordedLog;

beforeAll(async () => {
  databaseUrl = await createDatabase(inject('postgresUrl'));
  store = new pg.Client({ connectionString: databaseUrl });
  await store.connect();
});
afterAll(() => store.end());
beforeEach(() => {
  log = new RecordedLog();
});
afterEach(async () => {
  await Promise.all(open.map((signals) => signals.close()));
  open = [];
});

function createSignals(): PostgresSignals {
  const signals = new PostgresSignals({
    connection: { connectionString: databaseUrl },
    logger: log,
    // Longer than any test, so that a delivery cannot come from a regular sweep.
    timing: { sweep: 600_000 },
  });
  open.push(signals);
  return signals;
}

async function start(
  currentVersions: Versions['currentVersions'] = nothingNew.currentVersions,
): Promise<PostgresSignals> {
  const signals = createSignals();
  await signals.start({ ...nothingNew, currentVersions });
  return signals;
}

async function listening(logger: Logger): Promise<PostgresSignals> {
  const connection = { connectionString: databaseUrl };
  const signals = new PostgresSignals({
    connection,
    logger,
  });
  await signals.start(nothingNew);
  return signals;
}

describe('signals: PostgreSQL, within the process', () => {
  signalsContract({ describe, test }, async (logger) => {
    const signals = await listening(logger);
    return { signals, send: async (sent) => signals.publish(sent), close: () => signals.close() };
  });
});

describe('signals: PostgreSQL, from another process', () => {
  signalsContract({ describe, test }, async (logger) => {
    const signals = await listening(logger);
    const send = async (sent: readonly Signal[]) => {
      // Notifications keep their order: when the last one has arrived, so have the others.
      const last = { ...newInstance(), version: 1 };
      const arrived = nextSignal(signals, last);
      await notify(store, ...sent, last);
      await arrived;
    };
    return { signals, send, close: () => signals.close() };
  });
});

describe('notifications', () => {
  test('reach every server process on the database', async () => {
    const [one, two] = [await start(), await start()];
    const sent = { ...newInstance(), version: 4 };
    const arrived = [nextSignal(one, sent), nextSignal(two, sent)];
    await notify(store, sent);
    expect(await Promise.all(arrived)).toEqual([sent, sent]);
  });

  test('do not reach processes on another database of the same server', async () => {
    const otherDatabase = new PostgresSignals({
      connection: { connectionString: await createDatabase(inject('postgresUrl')) },
      logger: log,
    });
    open.push(otherDatabase);
    await otherDatabase.start(nothingNew);
    const here = await start();
    const sent = { ...newInstance(), version: 1 };
    let hasStrayed = false;
    otherDatabase.subscribe(
      sent,
      () => {
        hasStrayed = true;
      },
      () => 0,
    );
    const arrived = nextSignal(here, sent);
    await notify(store, sent);
    await arrived;
    expect(hasStrayed).toBe(false);
  });

  test('carry any user id that PostgreSQL can store, in as many payloads as needed', async () => {
    const signals = await start();
    const sent = Array.from({ length: 100 }, (_, index) => ({
      userId: '😀"\\'.repeat(63) as UserId,
      agentInstanceId: randomUUID() as AgentInstanceId,
      version: index + 1,
    }));
    const arrived = sent.map((signal) => nextSignal(signals, signal));
    await notify(store, ...sent);
    expect(await Promise.all(arrived)).toEqual(sent);
  });

  test('are ignored and logged when they are malformed', async () => {
    const signals = await start();
    const sent = { ...newInstance(), version: 1 };
    const arrived = nextSignal(signals, sent);
    await store.query(`notify ${CHANNEL}`);
    await store.query(`notify ${CHANNEL}, '[["ada"]]'`);
    await notify(store, sent);
    await arrived;
    expect(log.lines).toEqual(Array(2).fill('warn: Ignored a notification that contains no signals'));
  });
});

describe('after a killed connection', () => {
  test('the process reconnects and reads missed versions at once', async () => {
    const instance = newInstance();
    let version = 1;
    const signals = await start(async () => [{ ...instance, version }]);
    const arrived = nextSignal(signals, instance, { version: 2, seen: 1 });
    await terminateListeners(store);
    version = 2;
    await notify(store, { ...instance, version });
    expect(await arrived).toEqual({ ...instance, version: 2 });
    const next = nextSignal(signals, instance, { version: 3 });
    await notify(store, { ...instance, version: 3 });
    await next;
  });

  test('the process listens again before it reads missed versions', async () => {
    const instance = newInstance();
    const committedAfterRead = { ...instance, version: 3 };
    const signals = await start(async () => {
      await notify(store, committedAfterRead);
      return [{ ...instance, version: 1 }];
    });
    const arrived = nextSignal(signals, instance, { version: 3, seen: 1 });
    await terminateListeners(store);
    expect(await arrived).toEqual(committedAfterRead);
  });

  test('a sweep that began before does not count as reading the missed versions', async () => {
    const instance = newInstance();
    const sweepBegan = Promise.withResolvers<void>();
    const slow = Promise.withResolvers<void>();
    let calls = 0;
    const signals = createSignals();
    const currentVersions = async () => {
      calls += 1;
      if (calls > 1) return [{ ...instance, version: 2 }];
      sweepBegan.resolve();
      await slow.promise;
      return [{ ...instance, version: 1 }];
    };
    const arrived = nextSignal(signals, instance, { version: 2, seen: 1 });
    await signals.start({ ...nothingNew, currentVersions });
    await sweepBegan.promise;
    await terminateListeners(store);
    await log.seen(/Connected for signals again/);
    expect(calls).toBe(1);
    slow.resolve();
    await arrived;
  });
});

test('the pause before a reconnect is random and grows with each attempt, up to a limit', () => {
  const pauses = (attempt: number) =>
    Array.from({ length: 200 }, () => pauseBefore(attempt, { first: 100, longest: 5_000 }));
  for (const [attempt, ceiling] of [
    [0, 100],
    [3, 800],
    [6, 5_000],
    [2_000, 5_000],
  ] as const) {
    const drawn = pauses(attempt);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(ceiling);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(ceiling / 2);
    expect(new Set(drawn).size).toBeGreaterThan(100);
  }
});
