import { ACTIVITY_RESOLUTION_MS, type AgentInstance } from '../agent-instance.ts';
import { type Changes, type Conversation, requireInstance } from '../conversation.ts';
import { ConversationDraft } from '../conversation-draft.ts';

/**
 * Returns the changes that record a read as activity of the agent, and that it is told to stop. Returns null
 * if activity was recorded less than `ACTIVITY_RESOLUTION_MS` ago, so that polling does not write on every
 * read.
 */
export function recordActivity(conversation: Conversation, now: Date): Changes | null {
  const instance = requireInstance(conversation);
  if (isRecent(instance, now) && !isStopUnseen(instance)) return null;
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ lastActivityAt: now });
  draft.tellStop();
  return draft.changes();
}

const isRecent = ({ lastActivityAt }: AgentInstance, now: Date): boolean =>
  now.getTime() - lastActivityAt.getTime() < ACTIVITY_RESOLUTION_MS;

const isStopUnseen = ({ stop }: AgentInstance): boolean => stop !== null && stop.seenAt === null;
