import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';

/** Queries, and a repository that writes what they read. */
export interface OpenQueries {
  readonly repository: AgentInstanceRepository;
  readonly queries: DashboardQueries;
}
