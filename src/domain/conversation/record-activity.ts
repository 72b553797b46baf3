import { ACTIVITY_RESOLUTION_MS, type AgentInstance } from './agent-instance.ts';
import type { Changes } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';

/** Reading is not silence, but polling must not turn every read into a write. */
export function recordActivity(instance: AgentInstance, now: Date): Changes | null {
  if (now.getTime() - instance.lastActivityAt.getTime() < ACTIVITY_RESOLUTION_MS) return null;
  const draft = new ConversationDraft(instance, [], now);
  draft.updateInstance({ lastActivityAt: now });
  return draft.changes();
}
