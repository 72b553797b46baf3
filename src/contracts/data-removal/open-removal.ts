import type { AgentInstanceRepository } from '../../ports/agent-instance-repository.ts';
import type { ApiKeyRepository } from '../../ports/api-key-repository.ts';
import type { DashboardQueries } from '../../ports/dashboard-queries.ts';
import type { DataRemoval } from '../../ports/data-removal.ts';
import type { Revocations } from '../../ports/revocations.ts';

/** One store, with everything that keeps data in it. The two repositories stand for two processes. */
export interface OpenRemoval {
  readonly removal: DataRemoval;
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  readonly queries: DashboardQueries;
  readonly apiKeys: ApiKeyRepository;
  /** Those that the removal publishes to. */
  readonly revocations: Revocations;
}
