import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';

/** The queries under test, and a repository that writes the data that they read. */
export interface OpenQueries {
  readonly repository: AgentInstanceRepository;
  readonly queries: DashboardQueries;
}
