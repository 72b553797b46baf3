import type { Signals } from '../../ports/signals/signals.ts';
import type { AgentInstanceRepository } from '../../ports/storage/agent-instance-repository.ts';

/** An open store; two repositories on the same data stand for two processes where the adapter allows it. */
export interface OpenStore {
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  /** Those that the first repository publishes to. */
  readonly signals: Signals;
}
