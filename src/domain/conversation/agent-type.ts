import type { AgentTypeId } from '../ids.ts';

/** A kind of agent, under a name that is unique per user. */
export interface AgentType {
  readonly id: AgentTypeId;
  readonly name: string;
}

/** Normalises the name of an agent type: lower case, without surrounding white space. */
export const normaliseAgentTypeName = (text: string): string => text.trim().toLowerCase();
