import { type AgentInstance, isEndedOrDeleted } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';

/**
 * Asks the agent to stop: it is told with each answer that it gets from now on, and its waits end. The agent
 * stops by ending its session. An ended instance stays as it is. Asking again with another reason replaces
 * the reason; the agent is told again. Asking again without a reason changes nothing.
 */
export function requestStop(
  conversation: Conversation,
  { reason, now }: { reason: string | null; now: Date },
): Decision<AgentInstance> {
  const instance = requireInstance(conversation);
  if (isEndedOrDeleted(instance)) return { output: instance, changes: null };
  if (instance.stop !== null && (reason === null || reason === instance.stop.reason))
    return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ stop: { reason, requestedAt: now, seenAt: null } });
  return draft.decision();
}

/** Takes the request to stop back. An agent that has seen it may have stopped already. */
export function cancelStop(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireInstance(conversation);
  if (isEndedOrDeleted(instance) || instance.stop === null) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ stop: null });
  return draft.decision();
}
