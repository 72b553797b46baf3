import { expect, test } from 'vitest';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { instanceIdOf } from '../../support/builders.ts';
import { freePort } from '../../support/postgres/postgres-server.ts';
import { RecordingObserver } from '../../support/recording/recording-observer.ts';
import { openMigratedPglite } from '../../support/servers/migrated-data-dir.ts';
import { LogBook } from '../koa/test-server.ts';

test('the observer gets each batch with its size, and each failed statement with its kind', async () => {
  const observer = new RecordingObserver();
  const database = await openMigratedPglite(observer);
  await database.migrate();
  const signals = new InProcessSignals(new LogBook());
  const repository = new MikroOrmAgentInstanceRepository({ database, signals, observer });
  const read = (nth: number) =>
    repository.update({ userId: 'ann' as UserId, agentInstanceId: instanceIdOf(nth) }, () => ({
      output: null,
      changes: null,
      record: null,
    }));
  await Promise.all([read(1), read(2), read(3)]);
  expect(observer.batches).toEqual([
    { updates: 3, retried: 0, startedAt: expect.any(Number), millis: expect.any(Number) },
  ]);
  expect(observer.failures).toEqual([]);

  await expect(database.query([], 'select nonsense', [])).rejects.toThrow();
  expect(observer.failures).toEqual(['unexpected']);
  await database.close();
});

test('the observer gets an unreachable database as unavailable', async () => {
  const observer = new RecordingObserver();
  const database = await openPostgres(`postgresql://nobody@127.0.0.1:${await freePort()}/none`, observer);
  const signals = new InProcessSignals(new LogBook());
  const repository = new MikroOrmAgentInstanceRepository({ database, signals, observer });
  await expect(repository.ping()).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(observer.failures).toEqual(['unavailable']);
  await database.close();
});
