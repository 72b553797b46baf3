import type { AgentInstanceRepository } from '../../ports/agent-instance-repository.ts';
import type { Signals } from '../../ports/signals.ts';

/** An open store; two repositories on the same data stand for two processes where the adapter allows it. */
export interface OpenStore {
  readonly repositories: readonly [AgentInstanceRepository, AgentInstanceRepository];
  /** Those that the first repository publishes to. */
  readonly signals: Signals;
}
