import { beforeAll, describe } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import type { DashboardQueries } from '../../../src/ports/dashboard-queries.ts';
import type { Signal } from '../../../src/ports/signals.ts';
import {
  agentInstanceRepositoryContract,
  type OpenStore,
} from '../../contracts/agent-instance-repository.ts';
import { dashboardQueriesContract } from '../../contracts/dashboard-queries.ts';
import { recordingSignals } from '../../support/recording-signals.ts';

describe('in-memory', () => {
  let store: OpenStore;
  let queries: DashboardQueries;
  beforeAll(() => {
    const published: Signal[] = [];
    const repository = new InMemoryAgentInstanceRepository(recordingSignals(published));
    queries = new InMemoryDashboardQueries(repository);
    store = { repositories: [repository, repository], published };
  });
  agentInstanceRepositoryContract(() => store);
  dashboardQueriesContract(() => ({ repository: store.repositories[0], queries }));
});
