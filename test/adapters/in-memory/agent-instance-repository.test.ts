import { beforeAll, describe, test } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { agentInstanceRepositoryContract } from '../../../src/contracts/agent-instance-repository/contract.ts';
import type { OpenStore } from '../../../src/contracts/agent-instance-repository/open-store.ts';
import { dashboardQueriesContract } from '../../../src/contracts/dashboard-queries/contract.ts';
import type { DashboardQueries } from '../../../src/ports/storage/dashboard-queries.ts';

describe('in-memory', () => {
  let store: OpenStore;
  let queries: DashboardQueries;
  beforeAll(() => {
    const signals = new InProcessSignals();
    const repository = new InMemoryAgentInstanceRepository(signals);
    queries = new InMemoryDashboardQueries(repository);
    store = { repositories: [repository, repository], signals };
  });
  agentInstanceRepositoryContract({ describe, test }, () => store);
  dashboardQueriesContract({ describe, test }, () => ({ repository: store.repositories[0], queries }));
});
