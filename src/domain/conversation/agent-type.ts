import { tooManyAgentTypes } from '../errors.ts';
import type { AgentTypeId } from '../ids.ts';

/** A kind of agent, under a name that is unique per user. */
export interface AgentType {
  readonly id: AgentTypeId;
  readonly name: string;
}

/** Normalises the name of an agent type: lower case, without surrounding white space. */
export const normaliseAgentTypeName = (text: string): string => text.trim().toLowerCase();

/** How many agent types a user has at most. Without a limit, one agent could make the user's lists slow. */
export const MAX_AGENT_TYPES = 200;

/** What is known about the agent types of a user. */
export interface KnownAgentTypes {
  /**
   * The user's agent type whose name is `UpdateTarget.agentTypeName`; null if the user has none of that name.
   */
  readonly agentType: AgentType | null;
  /** How many agent types the user has. 0 where no new one can be made, because it is not counted there. */
  readonly agentTypeCount: number;
}

/**
 * Returns the agent type of a new instance: the one that the user has, or else `newType`.
 * @throws DomainError `too_many_agent_types` if the user cannot have another one.
 */
export function typeOfNewInstance(
  { agentType, agentTypeCount }: KnownAgentTypes,
  newType: AgentType,
): AgentType {
  if (agentType !== null) return agentType;
  if (agentTypeCount >= MAX_AGENT_TYPES) throw tooManyAgentTypes(MAX_AGENT_TYPES);
  return newType;
}
