import { ACTIVITY_RESOLUTION_MS, type AgentInstance } from './agent-instance.ts';
import { type Changes, Draft } from './conversation.ts';

/** Reading is not silence, but polling must not turn every read into a write. */
export function noteActivity(instance: AgentInstance, now: Date): Changes | null {
  if (now.getTime() - instance.lastActivityAt.getTime() < ACTIVITY_RESOLUTION_MS) return null;
  const draft = new Draft(instance, [], now);
  draft.set({ lastActivityAt: now });
  return draft.changes();
}
