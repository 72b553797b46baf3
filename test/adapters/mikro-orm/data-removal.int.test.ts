import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../../src/adapters/mikro-orm/repositories/api-key-repository.ts';
import { MikroOrmDashboardQueries } from '../../../src/adapters/mikro-orm/repositories/dashboard-queries.ts';
import { MikroOrmDataRemoval } from '../../../src/adapters/mikro-orm/repositories/data-removal.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { dataRemovalContract } from '../../../src/contracts/data-removal/contract.ts';
import type { OpenRemoval } from '../../../src/contracts/data-removal/open-removal.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];
  let store: OpenRemoval;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const signals = new InProcessSignals();
    const repository = (database: Database) => new MikroOrmAgentInstanceRepository({ database, signals });
    store = {
      removal: new MikroOrmDataRemoval({
        database: databases[0],
        signals,
      }),
      repositories: [repository(databases[0]), repository(databases[1])],
      queries: new MikroOrmDashboardQueries(databases[1]),
      apiKeys: new MikroOrmApiKeyRepository({ database: databases[1], signals }),
      revocations: signals,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  dataRemovalContract({ describe, test }, () => store);
});
