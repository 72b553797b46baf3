import type { Revocations } from '../../ports/signals/revocations.ts';
import type { Signals } from '../../ports/signals/signals.ts';
import { InMemoryAgentInstanceRepository } from './agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from './api-key-repository.ts';
import { InMemoryDashboardQueries } from './dashboard-queries.ts';
import { InMemoryDataRemoval } from './data-removal.ts';

/** The stores over the same data, by the names under which `createDashboard` takes them. */
export interface InMemoryStore {
  readonly repository: InMemoryAgentInstanceRepository;
  readonly queries: InMemoryDashboardQueries;
  readonly apiKeys: InMemoryApiKeyRepository;
  readonly removal: InMemoryDataRemoval;
}

/** An empty store, gone with the process: `createDashboard({ signals, ...inMemoryStore(signals) })`. */
export function inMemoryStore(signals: Signals & Revocations): InMemoryStore {
  const repository = new InMemoryAgentInstanceRepository(signals);
  return {
    repository,
    queries: new InMemoryDashboardQueries(repository),
    apiKeys: new InMemoryApiKeyRepository(repository, signals),
    removal: new InMemoryDataRemoval(repository, signals),
  };
}
