import type { Revocations } from '../../ports/signals/revocations.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';
import type { DashboardQueries } from '../../ports/storage/dashboard-queries.ts';
import type { DataRemoval } from '../../ports/storage/data-removal.ts';

/**
 * A store under test, with all ports that keep data in it. Its two repositories stand for two processes, if
 * the adapter supports several processes.
 */
export interface OpenRemoval {
  readonly removal: DataRemoval;
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  readonly queries: DashboardQueries;
  readonly apiKeys: ApiKeyRepository;
  /** The revocations that the removal publishes to. */
  readonly revocations: Revocations;
}
