import { agentInstanceExists, agentInstanceNotFound } from '../errors.ts';
import { type AgentInstance, isEndedOrDeleted, type NewAgentInstance } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { createInstance } from './new-instance.ts';

/** How long the owner can restore a deleted instance. */
export const RESTORE_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Creates an instance that has no messages yet.
 * @throws DomainError `agent_instance_exists` if there is an instance with this id, even a deleted one;
 * `too_many_open_instances` or `too_many_agent_types` if the user cannot have another one.
 */
export function startAgentInstance(
  conversation: Conversation,
  newInstance: NewAgentInstance,
): Decision<AgentInstance> {
  if (conversation.instance !== null) throw agentInstanceExists();
  const draft = new ConversationDraft(createInstance(conversation, newInstance), [], newInstance.now);
  return draft.decision();
}

/**
 * Ends an instance: sets the end time and closes its open questions. Ending it again changes nothing.
 * @param ending.failure why the agent could not finish; absent or null: it has finished
 * @param ending.isByAgent whether the agent ends it, and is so told of a request to stop; absent: a person
 */
export function endSession(
  conversation: Conversation,
  ending: { readonly now: Date; readonly failure?: string | null; readonly isByAgent?: boolean },
): Decision<AgentInstance> {
  const { now, failure = null, isByAgent = false } = ending;
  const instance = requireInstance(conversation);
  if (isEndedOrDeleted(instance)) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  for (const question of draft.openQuestions()) draft.endQuestion(question, 'closed');
  draft.updateInstance({ status: 'COMPLETED', endedAt: now, failure, lastActivityAt: now, lease: null });
  if (isByAgent) draft.tellStop();
  return draft.decision();
}

/** Records that the agent is alive. It changes no status. */
export function heartbeat(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const draft = new ConversationDraft(requireInstance(conversation), conversation.messages, now);
  draft.updateInstance({ lastHeartbeatAt: now });
  draft.tellStop();
  return draft.decision();
}

/** Changes the name of an instance; null removes it. */
export function renameInstance(
  conversation: Conversation,
  { name, now }: { name: string | null; now: Date },
): Decision<AgentInstance> {
  const instance = requireInstance(conversation);
  if (instance.name === name) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ name });
  return draft.decision();
}

/**
 * Deletes an instance: its owner no longer sees it, and its agent's calls fail with `instance_deleted`, which
 * tells the agent to stop. Its messages and open questions are kept, so that a restored instance goes on as
 * before. Deleting it again changes nothing.
 * @throws DomainError `agent_instance_not_found`
 */
export function deleteInstance(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireInstanceEvenDeleted(conversation, now);
  if (instance.status === 'DELETED') return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ status: 'DELETED', deletion: { deletedAt: now, statusBefore: instance.status } });
  return draft.decision();
}

/**
 * Restores a deleted instance with the status it had. If its questions ended meanwhile, it does not wait for
 * input any more. Its agent may have stopped meanwhile: then the instance soon shows as stale. Restoring it
 * again changes nothing.
 * @throws DomainError `agent_instance_not_found` if the instance does not exist or was deleted more than
 * `RESTORE_WINDOW_MS` ago.
 */
export function restoreInstance(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = requireInstanceEvenDeleted(conversation, now);
  if (instance.deletion === null) return { output: instance, changes: null };
  const draft = new ConversationDraft(instance, conversation.messages, now);
  draft.updateInstance({ status: instance.deletion.statusBefore, deletion: null });
  return draft.decision();
}

/** Checks whether an instance was deleted, and not too long ago to be restored. */
export const canBeRestored = ({ deletion }: AgentInstance, now: Date): boolean =>
  deletion !== null && now.getTime() - deletion.deletedAt.getTime() <= RESTORE_WINDOW_MS;

/** Returns the instance, deleted or not, unless it was deleted too long ago to be restored. */
function requireInstanceEvenDeleted({ instance }: Conversation, now: Date): AgentInstance {
  if (instance === null) throw agentInstanceNotFound();
  if (instance.deletion !== null && !canBeRestored(instance, now)) throw agentInstanceNotFound();
  return instance;
}
