import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../../src/adapters/signals/postgres-signals.ts';
import { CHANNEL, encodeRevoked } from '../../../src/adapters/signals/signal-payload.ts';
import { revocationsContract } from '../../../src/contracts/revocations.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import type { Logger } from '../../../src/ports/runtime.ts';
import type { Revocations, Revoked } from '../../../src/ports/signals/revocations.ts';
import type { ApiKeyName } from '../../../src/ports/storage/api-key-repository.ts';
import { aKeyId } from '../../support/builders.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { RecordedLog } from './recorded-log.ts';
import { heard, nothingNew, notify, someInstance, terminateListeners } from './signal-traffic.ts';

let databaseUrl: string;
/** Stands for the store of some server process. */
let store: pg.Client;
let log: RecordedLog;
let started: PostgresSignals[] = [];

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
  await Promise.all(started.map((signals) => signals.close()));
  started = [];
});

async function start(logger: Logger = log): Promise<PostgresSignals> {
  const connection = { connectionString: databaseUrl };
  const signals = new PostgresSignals({ connection, logger });
  started.push(signals);
  await signals.start(nothingNew);
  return signals;
}

const someKey = (userId = 'ada'): ApiKeyName => ({ userId: userId as UserId, id: aKeyId() });

async function notifyRevoked(...keys: readonly Revoked[]): Promise<void> {
  for (const payload of encodeRevoked(keys)) {
    await store.query('select pg_notify($1, $2)', [CHANNEL, payload]);
  }
}

/** Listens from now on, and resolves with the key when it is told. */
const told = (revocations: Revocations, { id }: ApiKeyName) =>
  new Promise<Revoked>((resolve) => {
    revocations.onRevoked((key) => key.id === id && resolve(key));
  });

describe('revocations: in process', () => {
  revocationsContract({ describe, test }, async (logger) => {
    const revocations = new InProcessSignals(logger);
    return { revocations, send: async (keys) => revocations.publishRevoked(keys), close: async () => {} };
  });
});

describe('revocations: PostgreSQL, within the process', () => {
  revocationsContract({ describe, test }, async (logger) => {
    const revocations = await start(logger);
    return {
      revocations,
      send: async (keys) => revocations.publishRevoked(keys),
      close: () => revocations.close(),
    };
  });
});

describe('revocations: PostgreSQL, from another process', () => {
  revocationsContract({ describe, test }, async (logger) => {
    const revocations = await start(logger);
    const send = async (keys: readonly Revoked[]) => {
      // Notifications keep their order: once the last has come, so have the others.
      const last = someKey();
      const arrived = told(revocations, last);
      await notifyRevoked(...keys, last);
      await arrived;
    };
    return { revocations, send, close: () => revocations.close() };
  });
});

test('revoked keys reach every server process, past those who wait for signals', async () => {
  const [one, two] = [await start(), await start()];
  const [signal, key] = [{ ...someInstance(), version: 1 }, someKey()];
  const arrived = [told(one, key), told(two, key), heard(one, signal)];
  await notifyRevoked(key);
  await notify(store, signal);
  expect(await Promise.all(arrived)).toEqual([key, key, signal]);
  expect(log.lines).toEqual([]);
});

test('revoked keys come with any user id that PostgreSQL can hold, in as many payloads as it takes', async () => {
  const revocations = await start();
  const keys = Array.from({ length: 100 }, () => someKey('😀"\\'.repeat(63)));
  const arrived = keys.map((key) => told(revocations, key));
  await notifyRevoked(...keys);
  expect(await Promise.all(arrived)).toEqual(keys);
});

test('what is neither of signals nor of revoked keys is logged, and what follows it arrives', async () => {
  const revocations = await start();
  const key = someKey();
  const arrived = told(revocations, key);
  await store.query(`notify ${CHANNEL}, '{"revoked":[["ada"]]}'`);
  await store.query(`notify ${CHANNEL}, '{"restored":[["ada","key"]]}'`);
  await notifyRevoked(key);
  await arrived;
  expect(log.lines).toEqual(Array(2).fill('warn: Ignored a notification that is not of signals'));
});

test('revoked keys are heard again after the connection was killed, though nobody waits for signals', async () => {
  const revocations = await start();
  const key = someKey();
  const arrived = told(revocations, key);
  await terminateListeners(store);
  await log.seen(/Connected for signals again/);
  await notifyRevoked(key);
  expect(await arrived).toEqual(key);
});
