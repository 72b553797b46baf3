import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../../src/adapters/signals/postgres-signals.ts';
import { CHANNEL, encodeRevoked } from '../../../src/adapters/signals/signal-payload.ts';
import { revocationsContract } from '../../../src/contracts/revocations.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import type { Logger } from '../../../src/ports/runtime.ts';
import type { Revocation, Revocations } from '../../../src/ports/signals/revocations.ts';
import type { ApiKeyRef } from '../../../src/ports/storage/api-key-repository.ts';
import { newKeyId } from '../../support/builders.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { RecordedLog } from './recorded-log.ts';
import { newInstance, nextSignal, nothingNew, notify, terminateListeners } from './signal-traffic.ts';

let databaseUrl: string;
/** A connection that sends notifications as the store of a server process does. */
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

const newKey = (userId = 'ada'): ApiKeyRef => ({ userId: userId as UserId, id: newKeyId() });

async function notifyRevoked(...keys: readonly Revocation[]): Promise<void> {
  for (const payload of encodeRevoked(keys)) {
    await store.query('select pg_notify($1, $2)', [CHANNEL, payload]);
  }
}

/** Listens from now on, and resolves when the revocation of this key arrives. */
const revocationOf = (revocations: Revocations, { id }: ApiKeyRef) =>
  new Promise<Revocation>((resolve) => {
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
    const send = async (keys: readonly Revocation[]) => {
      // Notifications keep their order: when the last one has arrived, so have the others.
      const last = newKey();
      const arrived = revocationOf(revocations, last);
      await notifyRevoked(...keys, last);
      await arrived;
    };
    return { revocations, send, close: () => revocations.close() };
  });
});

test('revocations reach every server process, and no listener for signals receives them', async () => {
  const [one, two] = [await start(), await start()];
  const [signal, key] = [{ ...newInstance(), version: 1 }, newKey()];
  const arrived = [revocationOf(one, key), revocationOf(two, key), nextSignal(one, signal)];
  await notifyRevoked(key);
  await notify(store, signal);
  expect(await Promise.all(arrived)).toEqual([key, key, signal]);
  expect(log.lines).toEqual([]);
});

test('revocations carry any user id that PostgreSQL can store, in as many payloads as needed', async () => {
  const revocations = await start();
  const keys = Array.from({ length: 100 }, () => newKey('😀"\\'.repeat(63)));
  const arrived = keys.map((key) => revocationOf(revocations, key));
  await notifyRevoked(...keys);
  expect(await Promise.all(arrived)).toEqual(keys);
});

test('a malformed notification is logged, and later ones still arrive', async () => {
  const revocations = await start();
  const key = newKey();
  const arrived = revocationOf(revocations, key);
  await store.query(`notify ${CHANNEL}, '{"revoked":[["ada"]]}'`);
  await store.query(`notify ${CHANNEL}, '{"restored":[["ada","key"]]}'`);
  await notifyRevoked(key);
  await arrived;
  expect(log.lines).toEqual(Array(2).fill('warn: Ignored a notification that contains no signals'));
});

test('revocations arrive after a killed connection, even without a listener for signals', async () => {
  const revocations = await start();
  const key = newKey();
  const arrived = revocationOf(revocations, key);
  await terminateListeners(store);
  await log.seen(/Connected for signals again/);
  await notifyRevoked(key);
  expect(await arrived).toEqual(key);
});
