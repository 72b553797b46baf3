import type { AgentInstanceRepository } from '../../ports/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/dashboard-queries.ts';

/** Queries, and a repository that writes what they read. */
export interface OpenQueries {
  readonly repository: AgentInstanceRepository;
  readonly queries: DashboardQueries;
}
