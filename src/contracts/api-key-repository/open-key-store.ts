import type { Revocations } from '../../ports/signals/revocations.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';
import type { ApiKeyRepository } from '../../ports/storage/api-key-repository.ts';

/**
 * A store under test. Its two repositories share the data. They stand for two processes, if the adapter
 * supports several processes.
 */
export interface OpenKeyStore {
  readonly repositories: readonly [ApiKeyRepository, ApiKeyRepository];
  /** A repository of agent instances over the same data. */
  readonly instances: AgentInstanceRepository;
  /** The revocations that the first repository publishes to. */
  readonly revocations: Revocations;
}
