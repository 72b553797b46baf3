import { afterAll, beforeAll, describe } from 'vitest';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../../src/adapters/mikro-orm/api-key-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/dashboard-queries.ts';
import { MikroOrmDataRemoval } from '../../../src/adapters/mikro-orm/data-removal.ts';
import type { Database } from '../../../src/adapters/mikro-orm/database.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process.ts';
import type { Revoked } from '../../../src/ports/revocations.ts';
import { dataRemovalContract, type OpenRemoval } from '../../contracts/data-removal.ts';
import { DATABASES } from '../../support/open-databases.ts';
import { recordingRevocations } from '../../support/recording-revocations.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenRemoval;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const published: Revoked[] = [];
    const signals = new InProcessSignals();
    const repository = (database: Database) => new MikroOrmAgentInstanceRepository({ database, signals });
    store = {
      removal: new MikroOrmDataRemoval({
        database: databases[0],
        revocations: recordingRevocations(published),
      }),
      repositories: [repository(databases[0]), repository(databases[1])],
      queries: new MikroOrmDashboardQueries(databases[1]),
      apiKeys: new MikroOrmApiKeyRepository({ database: databases[1], revocations: signals }),
      published,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  dataRemovalContract(() => store);
});
