/** The entry `agent-dashboard-server/in-memory`. */
export { InMemoryAgentInstanceRepository } from './agent-instance-repository.ts';
export { InMemoryApiKeyRepository } from './api-key-repository.ts';
export { InMemoryDashboardQueries } from './dashboard-queries.ts';
export { InMemoryDataRemoval } from './data-removal.ts';
export { type InMemoryStore, inMemoryStore } from './store.ts';
