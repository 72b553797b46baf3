import { statusGroupOf } from './status-group.ts';
import type { AgentInstance } from './wire.ts';

/** How far the user's request to stop an agent has come. */
export interface StopState {
  /**
   * The agent does not know of it yet; it has been told; its session has ended, and it knows; its session was
   * ended by the user, and it does not know yet.
   */
  readonly stage: 'requested' | 'told' | 'stopped' | 'ended';
  readonly reason: string | null;
  /** When the stage began. Null: not known. */
  readonly at: string | null;
}

export const isOver = ({ stage }: StopState): boolean => stage === 'stopped' || stage === 'ended';

/** Returns null if nobody has asked the agent to stop. */
export function stopStateOf(instance: AgentInstance): StopState | null {
  const { stop_requested: request, stop_seen_at: seenAt } = instance;
  if (request == null) return null;
  const { reason } = request;
  if (statusGroupOf(instance) === 'ended')
    return { stage: seenAt === null ? 'ended' : 'stopped', reason, at: instance.ended_at };
  if (seenAt !== null) return { stage: 'told', reason, at: seenAt };
  return { stage: 'requested', reason, at: request.at };
}
