/** The entry `agent-dashboard-server/in-memory`. */
export { InMemoryAgentInstanceRepository } from './agent-instance-repository.ts';
export { InMemoryDashboardQueries } from './dashboard-queries.ts';
