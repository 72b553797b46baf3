import type { Signals } from '../../ports/signals/signals.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';

/**
 * A store under test. Its two repositories share the data. They stand for two processes, if the adapter
 * supports several processes.
 */
export interface OpenStore {
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  /** The signals that the first repository publishes to. */
  readonly signals: Signals;
}
