import type { AgentInstance, AgentStatus } from './agent-instance.ts';

/** What one looks at an instance with, besides the instance itself. */
export interface LivenessContext {
  /** Whoever has not been heard of since then is silent. */
  readonly silentSince: Date;
  /** Whether an agent holds a call open that waits for news of it: waiting is not silence. */
  readonly agentWaiting: boolean;
}

/** The last sign of life: the agent's own heartbeat, or what it wrote or read. */
export function lastSignOfLife({ lastHeartbeatAt, lastActivityAt }: AgentInstance): Date {
  return lastHeartbeatAt !== null && lastHeartbeatAt > lastActivityAt ? lastHeartbeatAt : lastActivityAt;
}

/** The status as people see it: an active instance whose agent is silent shows as STALE. */
export function shownStatus(
  instance: AgentInstance,
  { silentSince, agentWaiting }: LivenessContext,
): AgentStatus {
  const isStale = instance.status === 'ACTIVE' && !agentWaiting && lastSignOfLife(instance) < silentSince;
  return isStale ? 'STALE' : instance.status;
}
