import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import {
  PostgresSignals,
  type PostgresSignalsTiming,
} from '../../../src/adapters/signals/postgres-signals.ts';
import { CHANNEL } from '../../../src/adapters/signals/signal-payload.ts';
import type { Versions } from '../../../src/ports/storage/versions.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { CutProxy } from './cut-proxy.ts';
import { RecordedLog } from './recorded-log.ts';
import { listeningSessions, newInstance, nextSignal, nothingNew, notify } from './signal-traffic.ts';

const QUICK: Partial<PostgresSignalsTiming> = {
  sweep: 50,
  response: 250,
  reconnect: { first: 20, longest: 80 },
};
const instance = newInstance();

let databaseUrl: string;
let store: pg.Client;
let proxy: CutProxy;
let log: RecordedLog;
let signals: PostgresSignals;
/** The versions that the store reports to a sweep. */
let versions: Versions;

beforeAll(async () => {
  databaseUrl = await createDatabase(inject('postgresUrl'));
  store = new pg.Client({ connectionString: databaseUrl });
  await store.connect();
});
afterAll(() => store.end());
beforeEach(async () => {
  log = new RecordedLog();
  proxy = new CutProxy(databaseUrl);
  await proxy.up();
});
afterEach(async () => {
  await signals.close();
  await proxy.down();
});

function createSignals(
  currentVersions: Versions['currentVersions'] = nothingNew.currentVersions,
  timing = QUICK,
): PostgresSignals {
  versions = { ...nothingNew, currentVersions };
  signals = new PostgresSignals({ connection: { connectionString: proxy.url }, logger: log, timing });
  return signals;
}

test('detects a half-open connection and listens on a new one', async () => {
  await createSignals().start(versions);
  const arrived = nextSignal(signals, instance, { version: 1 });
  proxy.stall();
  await log.seen(/Connected for signals again/);
  await notify(store, { ...instance, version: 1 });
  await arrived;
});

test('detects a half-open connection even while a sweep hangs', async () => {
  await createSignals(() => new Promise(() => {})).start(versions);
  void nextSignal(signals, instance, { version: 1 });
  proxy.stall();
  await log.seen(/Connected for signals again/);
});

test('drops a session that no longer listens, as happens behind a transaction-pooling proxy', async () => {
  const connect = vi.spyOn(pg.Client.prototype, 'connect');
  await createSignals().start(versions);
  const client = connect.mock.contexts[0] as pg.Client;
  connect.mockRestore();
  const [pid] = await listeningSessions(store);
  // As if the proxy had switched to another session: the connection stays open, but nothing arrives.
  await client.query(`unlisten ${CHANNEL}`);
  void nextSignal(signals, instance, { version: 1 });
  await log.seen(/Connected for signals again/);
  expect(await listeningSessions(store)).not.toContain(pid);
});

test('sends no query while there is no listener', async () => {
  await createSignals(undefined, { sweep: 10 }).start(versions);
  const lastQuery = async () => {
    const { rows } = await store.query<{ query: string }>(
      'select query from pg_stat_activity where pid = any ($1)',
      [await listeningSessions(store)],
    );
    return rows.map(({ query }) => query);
  };
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await lastQuery()).toEqual([`listen ${CHANNEL}`]);
  void nextSignal(signals, instance);
  await expect.poll(lastQuery).not.toEqual([`listen ${CHANNEL}`]);
});

test('keeps reconnecting while the database is down, and sweeps meanwhile', async () => {
  let version = 0;
  await createSignals(async () => [{ ...instance, version }]).start(versions);
  const swept = nextSignal(signals, instance, { version: 1 });
  await proxy.down();
  version = 1;
  await swept;
  await log.seen(/Not connected for signals/, 4);
  await proxy.up();
  await log.seen(/Connected for signals again/);
  const notified = nextSignal(signals, instance, { version: 2 });
  await notify(store, { ...instance, version: 2 });
  await notified;
});

test('does not start without a database, and can be started later', async () => {
  await proxy.down();
  createSignals();
  await expect(signals.start(versions)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.up();
  await signals.start(versions);
  const arrived = nextSignal(signals, instance, { version: 1 });
  await notify(store, { ...instance, version: 1 });
  await arrived;
});

test('fails to start, after a timeout, on a server that accepts the connection but never answers', async () => {
  proxy.silence();
  await expect(createSignals().start(versions)).rejects.toThrow(/timeout/);
});

test('closes once, however often it is called, and leaves no session behind', async () => {
  await createSignals().start(versions);
  expect(await listeningSessions(store)).toHaveLength(1);
  await Promise.all([signals.close(), signals.close()]);
  await signals.close();
  await expect(signals.start(versions)).rejects.toThrow(/abort/);
  await expect.poll(() => listeningSessions(store)).toEqual([]);
});

test('can be closed before it is started', async () => {
  await createSignals().close();
  expect(log.lines).toEqual([]);
});

test('can be closed during its first connection attempt', async () => {
  proxy.silence();
  createSignals(undefined, { response: 60_000 });
  const starting = expect(signals.start(versions)).rejects.toThrow();
  await proxy.accepted();
  await signals.close();
  await starting;
});

test('can be closed during the pause before a reconnect', async () => {
  await createSignals(undefined, { reconnect: { first: 60_000, longest: 60_000 } }).start(versions);
  await proxy.down();
  await log.seen(/Not connected for signals/);
  await signals.close();
});

test('can be closed on a broken connection', async () => {
  await createSignals(undefined, { sweep: 60_000 }).start(versions);
  proxy.stall();
  await signals.close();
});

test('does not keep the process alive after it is closed', async () => {
  createSignals();
  const postgres = import.meta.resolve('../../../src/adapters/signals/postgres-signals.ts');
  const program = `
    import { PostgresSignals } from ${JSON.stringify(postgres)};
    const signals = new PostgresSignals({
      connection: { connectionString: ${JSON.stringify(databaseUrl)} },
      logger: console,
    });
    await signals.start({ currentVersions: async () => [], versionsOfUsers: async () => [] });
    signals.subscribe({ userId: 'ada', agentInstanceId: 'x' }, () => {}, () => 0);
    await signals.close();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { timeout: 8_000 });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
