import { ACTIVITY_RESOLUTION_MS, type AgentInstance } from '../agent-instance.ts';
import type { Changes } from '../conversation.ts';
import { ConversationDraft } from '../conversation-draft.ts';

/**
 * Returns the changes that record a read as activity of the agent. Returns null if activity was recorded less
 * than `ACTIVITY_RESOLUTION_MS` ago, so that polling does not write on every read.
 */
export function recordActivity(instance: AgentInstance, now: Date): Changes | null {
  if (now.getTime() - instance.lastActivityAt.getTime() < ACTIVITY_RESOLUTION_MS) return null;
  const draft = new ConversationDraft(instance, [], now);
  draft.updateInstance({ lastActivityAt: now });
  return draft.changes();
}
