import type { AgentInstance, AgentStatus } from './agent-instance.ts';

/** The facts outside an active instance that decide whether it shows as stale. */
export interface LivenessContext {
  /** An active instance is stale if its last sign of life is before this time. */
  readonly staleBefore: Date;
  /** Whether an agent has an open call that waits on the instance. An agent that waits is not silent. */
  readonly agentWaiting: boolean;
}

/** Returns when the agent last sent a heartbeat, wrote or read, whichever was latest. */
export function lastSignOfLife({ lastHeartbeatAt, lastActivityAt }: AgentInstance): Date {
  return lastHeartbeatAt !== null && lastHeartbeatAt > lastActivityAt ? lastHeartbeatAt : lastActivityAt;
}

/**
 * Returns the status to show: an active instance whose agent is silent shows as STALE, and an ended one whose
 * agent could not finish as FAILED.
 */
export function shownStatus(
  instance: AgentInstance,
  { staleBefore, agentWaiting }: LivenessContext,
): AgentStatus {
  if (instance.status === 'COMPLETED' && instance.failure !== null) return 'FAILED';
  const isStale = instance.status === 'ACTIVE' && !agentWaiting && lastSignOfLife(instance) < staleBefore;
  return isStale ? 'STALE' : instance.status;
}
