import { type AgentInstance, isOver, type NewAgentInstance, newAgentInstance } from './agent-instance.ts';
import { type Conversation, type Decision, Draft, existing } from './conversation.ts';
import { agentInstanceExists } from './errors.ts';

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
  const draft = new Draft(newAgentInstance({ ...start, agentType }), [], start.now);
  return { output: draft.instance, changes: draft.changes() };
}

/** Idempotent: the end time is set once, and open questions are closed with it. */
export function endSession(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const instance = existing(conversation);
  if (isOver(instance)) return { output: instance, changes: null };
  const draft = new Draft(instance, conversation.messages, now);
  for (const question of draft.openQuestions()) draft.amend(question, { questionStatus: 'closed' });
  draft.set({ status: 'COMPLETED', endedAt: now, lastActivityAt: now });
  return { output: draft.instance, changes: draft.changes() };
}

/** Says that the agent is alive; changes no status. */
export function heartbeat(conversation: Conversation, { now }: { now: Date }): Decision<AgentInstance> {
  const draft = new Draft(existing(conversation), [], now);
  draft.set({ lastHeartbeatAt: now });
  return { output: draft.instance, changes: draft.changes() };
}
