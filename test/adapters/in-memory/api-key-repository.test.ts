import { beforeAll, describe, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { apiKeyRepositoryContract } from '../../../src/contracts/api-key-repository/contract.ts';
import type { OpenKeyStore } from '../../../src/contracts/api-key-repository/open-key-store.ts';

describe('in-memory', () => {
  let store: OpenKeyStore;
  beforeAll(() => {
    const revocations = new InProcessSignals();
    const instances = new InMemoryAgentInstanceRepository(revocations);
    const repository = new InMemoryApiKeyRepository(instances, revocations);
    store = { repositories: [repository, repository], instances, revocations };
  });
  apiKeyRepositoryContract({ describe, test }, () => store);
});
