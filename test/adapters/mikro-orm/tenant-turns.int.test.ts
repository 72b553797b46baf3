import { expect, test } from 'vitest';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { instanceIdOf } from '../../support/builders.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';
import { openMigratedPglite } from '../../support/servers/migrated-data-dir.ts';
import { LogBook } from '../koa/test-server.ts';

const ADA = 'ada' as UserId;
const BOB = 'bob' as UserId;

test.each(DATABASES.filter(([name]) => name !== 'PGlite'))(
  '%s: a statement runs while another user has more than there are connections',
  async (_name, _isolation, open) => {
    const [database, other] = await open();
    await database.migrate();
    await other.query([], 'select pg_advisory_lock(1)', []);
    // Each waits for two seconds at most. If all connections were theirs, the next one would come too late.
    const waiting = Array.from({ length: 30 }, () =>
      database.query([ADA], 'select pg_advisory_lock(1)', []).catch(() => null),
    );
    expect(await database.query([BOB], 'select 1 as one', [])).toEqual([{ one: 1 }]);
    await other.query([], 'select pg_advisory_unlock(1)', []);
    await Promise.all([database.close(), other.close(), ...waiting]);
  },
);

test('PGlite: a statement runs before the second one of another user', async () => {
  const database = await openMigratedPglite();
  const ended: UserId[] = [];
  const run = async (user: UserId) => {
    await database.query([user], 'select pg_sleep(0.01)', []);
    ended.push(user);
  };
  await Promise.all([run(ADA), run(ADA), run(ADA), run(BOB)]);
  expect(ended).toEqual([ADA, BOB, ADA, ADA]);
  await database.close();
});

test('PGlite: a batch of one user does not wait for all that this user reads', async () => {
  const database = await openMigratedPglite();
  const ended: string[] = [];
  const reads = Array.from({ length: 10 }, async () => {
    await database.query([ADA], 'select pg_sleep(0.01)', []);
    ended.push('read');
  });
  const batch = database.queryInBatch([ADA], 'select 1', []).then(() => ended.push('batch'));
  await Promise.all([...reads, batch]);
  expect(ended.indexOf('batch')).toBe(1);
  await database.close();
});

test('a write does not wait for all writes of another user that came before', async () => {
  const database = await openMigratedPglite();
  const signals = new InProcessSignals(new LogBook());
  const repository = new MikroOrmAgentInstanceRepository({ database, signals });
  const ended: UserId[] = [];
  const read = async (userId: UserId, nth: number) => {
    const decision = { output: null, changes: null, record: null };
    await repository.update({ userId, agentInstanceId: instanceIdOf(nth) }, () => decision);
    ended.push(userId);
  };
  // More than two batches.
  const many = Array.from({ length: 600 }, (_, nth) => read(ADA, nth));
  await Promise.all([...many, read(BOB, 600)]);
  expect(ended.indexOf(BOB)).toBeLessThan(256);
  await database.close();
});
