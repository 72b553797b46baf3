import { tooManyOpenInstances } from '../errors.ts';
import { type AgentInstance, type NewAgentInstance, newAgentInstance } from './agent-instance.ts';
import { typeOfNewInstance } from './agent-type.ts';
import type { Conversation } from './conversation.ts';

/**
 * How many agent instances a user can have that have not ended and are not deleted. Without a limit, an agent
 * with a fault could fill the database with them: retention removes only those that have ended.
 */
export const MAX_OPEN_INSTANCES = 10_000;

/**
 * Creates the instance of a conversation that has none yet. An ended or deleted instance that is opened again
 * is not refused, so there may be more than `MAX_OPEN_INSTANCES`.
 * @throws DomainError `too_many_open_instances` or `too_many_agent_types` if the user cannot have another.
 */
export function createInstance(conversation: Conversation, newInstance: NewAgentInstance): AgentInstance {
  if (conversation.openInstanceCount >= MAX_OPEN_INSTANCES) throw tooManyOpenInstances(MAX_OPEN_INSTANCES);
  const agentType = typeOfNewInstance(conversation, newInstance.agentType);
  return newAgentInstance({ ...newInstance, agentType });
}
