import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../../src/adapters/mikro-orm/repositories/api-key-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { apiKeyRepositoryContract } from '../../../src/contracts/api-key-repository/contract.ts';
import type { OpenKeyStore } from '../../../src/contracts/api-key-repository/open-key-store.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { newKeyId } from '../../support/builders.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';
import { freePort } from '../../support/postgres/postgres-server.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenKeyStore;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const revocations = new InProcessSignals();
    const instances = new MikroOrmAgentInstanceRepository({
      database: databases[0],
      signals: new InProcessSignals(),
    });
    store = {
      repositories: [
        new MikroOrmApiKeyRepository({ database: databases[0], signals: revocations }),
        new MikroOrmApiKeyRepository({ database: databases[1], signals: new InProcessSignals() }),
      ],
      instances,
      revocations,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  apiKeyRepositoryContract({ describe, test }, () => store);
});

test('an unreachable database is storage_unavailable, for every method', async () => {
  const database = await openPostgres(`postgresql://postgres@127.0.0.1:${await freePort()}/postgres`);
  const keys = new MikroOrmApiKeyRepository({ database, signals: new InProcessSignals() });
  const userId = 'ada' as UserId;
  const id = newKeyId();
  const attempts: (() => Promise<unknown>)[] = [
    () => keys.update({ userId, id }, () => ({ output: null, changes: null, record: null })),
    () => keys.list(userId),
    () => keys.listAll(),
    () => keys.findByToken(userId, { id, hash: '' }),
    () => keys.revokedSince(new Date()),
    () => keys.markUsed([{ userId, id, usedAt: new Date() }]),
  ];
  for (const attempt of attempts)
    await expect(attempt()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await database.close();
});
