import { afterAll, beforeAll, describe } from 'vitest';
import { MikroOrmAgentInstanceRepository } from '../../../src/adapters/mikro-orm/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from '../../../src/adapters/mikro-orm/api-key-repository.ts';
import type { Database } from '../../../src/adapters/mikro-orm/database.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process.ts';
import type { ApiKeyName } from '../../../src/ports/api-key-repository.ts';
import { apiKeyRepositoryContract, type OpenKeyStore } from '../../contracts/api-key-repository.ts';
import { DATABASES } from '../../support/open-databases.ts';
import { recordingRevocations } from '../../support/recording-revocations.ts';

describe.each(DATABASES)('%s', (_, open) => {
  let databases: [Database, Database];
  let store: OpenKeyStore;

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
    const published: ApiKeyName[] = [];
    const revocations = recordingRevocations(published);
    const instances = new MikroOrmAgentInstanceRepository({
      database: databases[0],
      signals: new InProcessSignals(),
    });
    store = {
      repositories: [
        new MikroOrmApiKeyRepository({ database: databases[0], revocations }),
        new MikroOrmApiKeyRepository({ database: databases[1], revocations: new InProcessSignals() }),
      ],
      instances,
      revocations,
      published,
    };
  });
  afterAll(async () => {
    await Promise.all([...new Set(databases)].map((database) => database.close()));
  });

  apiKeyRepositoryContract(() => store);
});
