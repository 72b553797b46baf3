import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { PostgresSignals } from '../../../src/adapters/signals/postgres-signals.ts';
import { decodeDeliveries, encodeDeliveries } from '../../../src/adapters/signals/signal-payload.ts';
import type { MessageId, UserId } from '../../../src/domain/ids.ts';
import type { DeliverySignal, DeliverySignals } from '../../../src/ports/signals/delivery-signals.ts';
import { createDatabase } from '../../support/postgres/postgres-database.ts';
import { RecordedLog } from './recorded-log.ts';
import { newInstance, nothingNew, terminateListeners } from './signal-traffic.ts';

let databaseUrl: string;
let client: pg.Client;
let started: PostgresSignals[] = [];

beforeAll(async () => {
  databaseUrl = await createDatabase(inject('postgresUrl'));
  client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
});
afterAll(() => client.end());
afterEach(async () => {
  await Promise.all(started.map((signals) => signals.close()));
  started = [];
});

function createSignals(log = new RecordedLog()): PostgresSignals {
  const signals = new PostgresSignals({ connection: { connectionString: databaseUrl }, logger: log });
  started.push(signals);
  return signals;
}

async function start(log?: RecordedLog): Promise<PostgresSignals> {
  const signals = createSignals(log);
  await signals.start(nothingNew);
  return signals;
}

const newSignal = (userId = 'ada'): DeliverySignal => ({
  ...newInstance(),
  userId: userId as UserId,
  messageId: randomUUID() as MessageId,
});

/** Records the signals of a user from now on. */
function listen(signals: DeliverySignals, userId = 'ada') {
  const received: DeliverySignal[] = [];
  const { close } = signals.subscribeDeliveries(userId as UserId, (signal) => received.push(signal));
  return { received, close };
}

const inProcess = async () => {
  const signals = new InProcessSignals();
  return { from: signals, to: signals };
};
const sameProcess = async () => {
  const signals = await start();
  return { from: signals, to: signals };
};
const otherProcess = async () => ({ from: await start(), to: await start() });

describe.each([
  ['in process', inProcess],
  ['PostgreSQL, within the process', sameProcess],
  ['PostgreSQL, from another process', otherProcess],
])('signals about deliveries: %s', (_, open) => {
  test('reach each listener of their user once, in order, and no other user', async () => {
    const { from, to } = await open();
    const [one, other, stranger] = [listen(to), listen(to), listen(to, 'bob')];
    const signals = [newSignal(), newSignal()];
    from.publishDeliveries(signals.slice(0, 1));
    from.publishDeliveries(signals.slice(1));
    const last = newSignal('bob');
    from.publishDeliveries([last]);
    await vi.waitUntil(() => stranger.received.length > 0, 10_000);
    expect(one.received).toEqual(signals);
    expect(other.received).toEqual(signals);
    expect(stranger.received).toEqual([last]);
  });

  test('reach no subscription that was closed', async () => {
    const { from, to } = await open();
    const [closed, opened] = [listen(to), listen(to)];
    closed.close();
    closed.close();
    from.publishDeliveries([newSignal()]);
    await vi.waitUntil(() => opened.received.length > 0, 10_000);
    expect(closed.received).toEqual([]);
  });
});

test('when a listener throws, the others are still called, and the error is logged', () => {
  const log = { error: vi.fn() };
  const signals = new InProcessSignals(log);
  const err = new Error('a listener at fault');
  signals.subscribeDeliveries('ada' as UserId, () => {
    throw err;
  });
  const { received } = listen(signals);
  const signal = newSignal();
  signals.publishDeliveries([signal]);
  expect(received).toEqual([signal]);
  expect(log.error.mock.calls).toEqual([
    [{ err, agentInstanceId: signal.agentInstanceId }, expect.any(String)],
  ]);
});

test('signals that come together are sent as one notification', async () => {
  const [from, to] = [await start(), await start()];
  const { received } = listen(to);
  await client.query('listen agent_dashboard');
  let notifications = 0;
  client.on('notification', () => {
    notifications += 1;
  });
  for (let times = 0; times < 20; times += 1) from.publishDeliveries([newSignal()]);
  await vi.waitUntil(() => received.length === 20, 10_000);
  await client.query('unlisten agent_dashboard');
  expect(notifications).toBe(1);
});

test('a process that is not connected still reaches its own listeners', async () => {
  const signals = createSignals();
  const { received } = listen(signals);
  const signal = newSignal();
  signals.publishDeliveries([signal]);
  await vi.waitUntil(() => received.length > 0, 10_000);
  expect(received).toEqual([signal]);
});

test('after a lost connection, signals are sent over the new one', async () => {
  const log = new RecordedLog();
  const [from, to] = [await start(log), await start(log)];
  await terminateListeners(client);
  await log.seen(/^info: Connected for signals again/, 2);
  const { received } = listen(to);
  const signal = newSignal();
  from.publishDeliveries([signal]);
  await vi.waitUntil(() => received.length > 0, 10_000);
  expect(received).toEqual([signal]);
});

test('long user ids fit in payloads under 7,900 bytes', () => {
  const signals = Array.from({ length: 200 }, () => newSignal('😀"\\'.repeat(63)));
  const payloads = encodeDeliveries(signals);
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(7_900);
  expect(payloads.flatMap((payload) => decodeDeliveries(payload) ?? [])).toEqual(signals);
});

test('a payload that has another form is not read as signals about deliveries', () => {
  const { userId, agentInstanceId, messageId } = newSignal();
  for (const deliveries of [
    [],
    [[userId, agentInstanceId]],
    [['', agentInstanceId, messageId]],
    [[userId, agentInstanceId.toUpperCase(), messageId]],
    [[userId, agentInstanceId, 'no id']],
    [[userId, agentInstanceId, messageId, 1]],
  ])
    expect(decodeDeliveries(JSON.stringify({ deliveries })), JSON.stringify(deliveries)).toBeNull();
  expect(decodeDeliveries('{"revoked":[]}')).toBeNull();
  expect(decodeDeliveries('null')).toBeNull();
});
