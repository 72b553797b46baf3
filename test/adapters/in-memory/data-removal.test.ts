import { beforeAll, describe, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { InMemoryDataRemoval } from '../../../src/adapters/in-memory/data-removal.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { dataRemovalContract } from '../../../src/contracts/data-removal/contract.ts';
import type { OpenRemoval } from '../../../src/contracts/data-removal/open-removal.ts';

describe('in-memory', () => {
  let store: OpenRemoval;
  beforeAll(() => {
    const signals = new InProcessSignals();
    const repository = new InMemoryAgentInstanceRepository(signals);
    store = {
      removal: new InMemoryDataRemoval(repository, signals),
      repositories: [repository, repository],
      queries: new InMemoryDashboardQueries(repository),
      apiKeys: new InMemoryApiKeyRepository(repository, signals),
      revocations: signals,
    };
  });
  dataRemovalContract({ describe, test }, () => store);
});
