import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { CompleteStore } from '../../ports/store.ts';
import { InMemoryAgentInstanceRepository } from './agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from './api-key-repository.ts';
import { InMemoryAuthorizationRepository } from './authorization-repository.ts';
import { InMemoryDashboardQueries } from './dashboard-queries.ts';
import { InMemoryDataRemoval } from './data-removal.ts';
import { inMemoryVersions } from './versions.ts';

/**
 * Creates an empty store in memory. Its data is lost when the process ends. There is no schema to migrate and
 * nothing to close. Use: `createDashboard({ store: inMemoryStore(new InProcessSignals()) })`.
 */
export function inMemoryStore(signals: StoreSignals): CompleteStore {
  const repository = new InMemoryAgentInstanceRepository(signals);
  const authorizations = new InMemoryAuthorizationRepository();
  return {
    repository,
    queries: new InMemoryDashboardQueries(repository),
    apiKeys: new InMemoryApiKeyRepository(repository, signals),
    removal: new InMemoryDataRemoval(repository, signals, authorizations),
    notifications: repository.notifications,
    authorizations,
    signals,
    sharedWaits: null,
    versions: inMemoryVersions(repository),
    migrate: async () => [],
    close: async () => {},
  };
}
