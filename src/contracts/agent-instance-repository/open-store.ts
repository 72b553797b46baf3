import type { Signals } from '../../ports/signals/signals.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';

/**
 * A store under test. Its two repositories share the data and stand for two processes, where the adapter
 * allows it.
 */
export interface OpenStore {
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  /** The signals that the first repository publishes to. */
  readonly signals: Signals;
}
