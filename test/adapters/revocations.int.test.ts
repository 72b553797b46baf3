import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Database } from '../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmApiKeyRepository } from '../../src/adapters/mikro-orm/repositories/api-key-repository.ts';
import { PostgresSignals } from '../../src/adapters/signals/postgres-signals.ts';
import { databaseNotification, encodeRevoked } from '../../src/adapters/signals/signal-payload.ts';
import type { UserId } from '../../src/domain/ids.ts';
import type { ApiKey } from '../../src/domain/user/api-key.ts';
import type { Revocation } from '../../src/ports/signals/revocations.ts';
import { anApiKey } from '../support/builders.ts';
import { createDatabase } from '../support/postgres/postgres-database.ts';
import { RecordedLog } from './signals/recorded-log.ts';
import { nothingNew } from './signals/signal-traffic.ts';

/** One server process: its store, and the revocations that it has received. */
interface Process {
  readonly database: Database;
  readonly signals: PostgresSignals;
  readonly keys: MikroOrmApiKeyRepository;
  readonly received: Revocation[];
}

const REVOKED_AT = new Date('2026-03-01T12:00:00.123Z');
const log = new RecordedLog();
let one: Process;
let two: Process;

async function startProcess(url: string): Promise<Process> {
  const database = await openPostgres(url);
  const connection = { connectionString: url };
  const signals = new PostgresSignals({ connection, logger: log });
  await signals.start(nothingNew);
  const received: Revocation[] = [];
  signals.onRevoked((key) => received.push(key));
  const keys = new MikroOrmApiKeyRepository({ database, signals });
  return { database, signals, keys, received };
}

beforeAll(async () => {
  const url = await createDatabase(inject('postgresUrl'));
  [one, two] = [await startProcess(url), await startProcess(url)];
  await one.database.migrate();
});
afterAll(async () => {
  for (const { signals, database } of [one, two]) {
    await signals.close();
    await database.close();
  }
});

const save = ({ keys }: Process, userId: UserId, key: ApiKey) =>
  keys.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));

/** Resolves when the process receives the revocation of the key. */
const receives = ({ signals }: Process, { id }: ApiKey) =>
  new Promise<void>((resolve) => {
    signals.onRevoked((key) => key.id === id && resolve());
  });

test.each(['ada', '😀"\\\'?%$1'.repeat(25)])(
  'a key revoked in one process is announced to the other, which then reads it as revoked: %s',
  async (user) => {
    const userId = user as UserId;
    const key = anApiKey();
    await save(one, userId, key);
    const { promise, resolve } = Promise.withResolvers<ApiKey | null>();
    two.signals.onRevoked(({ id }) => {
      if (id === key.id) resolve(two.keys.findByToken(userId, { id, hash: key.tokenHash }));
    });
    await save(one, userId, { ...key, revokedAt: REVOKED_AT });
    expect(await promise).toEqual({ ...key, revokedAt: REVOKED_AT });
    expect(two.received).toContainEqual({ userId, id: key.id });
  },
);

test('a process announces a revocation before its update resolves', async () => {
  const key = anApiKey({ revokedAt: REVOKED_AT });
  await save(one, 'ada' as UserId, key);
  expect(one.received).toContainEqual({ userId: 'ada', id: key.id });
});

test('a revocation that is not committed is not announced', async () => {
  const userId = 'lin' as UserId;
  const key = anApiKey();
  await save(one, userId, key);
  const tooLong = 'x'.repeat(8_000);
  const signals = {
    publishRevoked: (keys: readonly Revocation[]) => one.signals.publishRevoked(keys),
    databaseNotification: {
      ...databaseNotification,
      encodeRevoked: (keys: readonly Revocation[]) => [...encodeRevoked(keys), tooLong],
    },
  };
  const failing = new MikroOrmApiKeyRepository({ database: one.database, signals });
  const revoked = { ...key, revokedAt: REVOKED_AT };
  await expect(save({ ...one, keys: failing }, userId, revoked)).rejects.toThrow('payload string too long');
  expect(await one.keys.list(userId)).toEqual([key]);
  const last = anApiKey({ revokedAt: REVOKED_AT });
  const arrived = receives(two, last);
  await save(one, userId, last);
  await arrived;
  for (const { received } of [one, two]) expect(received).not.toContainEqual({ userId, id: key.id });
});

test('other changes and refused changes are not announced', async () => {
  const userId = 'eve' as UserId;
  const key = anApiKey();
  await save(one, userId, key);
  await save(one, userId, { ...key, name: 'renamed' });
  const sameToken = anApiKey({ tokenHash: key.tokenHash, revokedAt: REVOKED_AT });
  await expect(save(one, userId, sameToken)).rejects.toMatchObject({ code: 'storage_busy' });
  // Notifications keep their order: when this one has arrived, earlier ones would have arrived too.
  const last = anApiKey({ revokedAt: REVOKED_AT });
  const arrived = receives(two, last);
  await save(one, userId, last);
  await arrived;
  expect(two.received.filter((received) => received.userId === userId)).toEqual([{ userId, id: last.id }]);
  expect(log.lines).toEqual([]);
});
