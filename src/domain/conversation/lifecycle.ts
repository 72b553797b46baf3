import { agentInstanceExists, agentInstanceNotFound } from '../errors.ts';
import { type AgentInstance, isOver, type NewAgentInstance, newAgentInstance } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';

/** How long its owner can bring a deleted instance back. */
export const RESTORE_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Creates an instance explicitly.
 * @throws DomainError `agent_instance_exists`, also for a deleted one.
 */
export function startAgentInstance(
  conversation: Conversation,
  start: NewAgentInstance,
): Decision<AgentInstance> {
  if (conversation.instance !== null) throw agentInstanceExists();
  const agentType = conversation.agentType ?? start.agentType;
  const draft = new ConversationDraft(newAgentInstance({ ...start, agentType }), [], start.now);
  return { output: draft.instance, changes: draft.changes() };
}

/** Idempotent: the end time is set once, and open questions are closed with it. */
export function endSession(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireInstance(conversation);
  if (isOver(instance)) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  for (const question of draft.openQuestions()) draft.amend(question, { questionStatus: 'closed' });
  draft.updateInstance({ status: 'COMPLETED', endedAt: now, lastActivityAt: now });
  return { output: draft.instance, changes: draft.changes() };
}

/** Says that the agent is alive; changes no status. */
export function heartbeat(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const draft = new ConversationDraft(requireInstance(conversation), [], now);
  draft.updateInstance({ lastHeartbeatAt: now });
  return { output: draft.instance, changes: draft.changes() };
}

/** Gives it another name, or with null none. */
export function renameInstance(
  conversation: Conversation,
  { name, now }: { name: string | null; now: Date },
): Decision<AgentInstance> {
  const instance = requireInstance(conversation);
  if (instance.name === name) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, [], now);
  draft.updateInstance({ name });
  return { output: draft.instance, changes: draft.changes() };
}

/**
 * To its owner it is gone, to its agents it is over. All else stays as it is, open questions too: what is
 * restored within the minute should go on as if nothing had been. Idempotent; the first time counts.
 */
export function deleteInstance(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireRestorableInstance(conversation, now);
  if (instance.status === 'DELETED') return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, [], now);
  draft.updateInstance({ status: 'DELETED', deletion: { deletedAt: now, statusBefore: instance.status } });
  return { output: draft.instance, changes: draft.changes() };
}

/**
 * Brings a deleted instance back with the status it had: whether its agent is still at work, silence or a
 * wait will show. Idempotent.
 * @throws DomainError `agent_instance_not_found` when it was deleted too long ago.
 */
export function restoreInstance(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireRestorableInstance(conversation, now);
  if (instance.deletion === null) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, [], now);
  draft.updateInstance({ status: instance.deletion.statusBefore, deletion: null });
  return { output: draft.instance, changes: draft.changes() };
}

/** Deleted or not; but for what was deleted so long ago that it cannot come back. */
function requireRestorableInstance({ instance }: Conversation, now: Date): AgentInstance {
  if (instance === null) throw agentInstanceNotFound();
  const deletedAt = instance.deletion?.deletedAt.getTime() ?? now.getTime();
  if (now.getTime() - deletedAt > RESTORE_WINDOW_MS) throw agentInstanceNotFound();
  return instance;
}
