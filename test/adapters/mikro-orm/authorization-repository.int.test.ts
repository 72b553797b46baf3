import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmAuthorizationRepository } from '../../../src/adapters/mikro-orm/repositories/authorization-repository.ts';
import { postgresStore } from '../../../src/adapters/mikro-orm/store.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { authorizationRepositoryContract } from '../../../src/contracts/authorization-repository/contract.ts';
import type { OpenAuthorizations } from '../../../src/contracts/authorization-repository/open-authorizations.ts';
import type { ApiKeyId } from '../../../src/domain/user/api-key.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';
import { freePort } from '../../support/postgres/postgres-server.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenAuthorizations;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const [first, second] = databases.map((database) =>
      postgresStore({ database, signals: new InProcessSignals(), logger: { warn: () => {} } }),
    ) as [ReturnType<typeof postgresStore>, ReturnType<typeof postgresStore>];
    store = { repositories: [first.authorizations, second.authorizations], removal: first.removal };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  authorizationRepositoryContract({ describe, test }, () => store);
});

test('an unreachable database is storage_unavailable, for every method', async () => {
  const database = await openPostgres(`postgresql://postgres@127.0.0.1:${await freePort()}/postgres`);
  const authorizations = new MikroOrmAuthorizationRepository(database);
  const key = { kind: 'Client', idHash: 'hash' };
  const [expiresAt, grantId] = [new Date(), null];
  const attempts: (() => Promise<unknown>)[] = [
    () => authorizations.save({ ...key, userId: null, grantId, userCodeHash: null, payload: {}, expiresAt }),
    () => authorizations.find(key),
    () => authorizations.findByUserCode('Client', 'hash'),
    () => authorizations.use(key, new Date()),
    () => authorizations.prolong(key, expiresAt),
    () => authorizations.delete(key),
    () => authorizations.deleteByGrant('grant' as ApiKeyId),
    () => authorizations.deleteExpired(new Date()),
  ];
  for (const attempt of attempts)
    await expect(attempt()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await database.close();
});
