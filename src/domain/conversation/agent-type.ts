import type { AgentTypeId } from '../ids.ts';

/** A user's name for a kind of agent; unique per user. */
export interface AgentType {
  readonly id: AgentTypeId;
  readonly name: string;
}

/** Agent types are compared and kept in lower case, without surrounding white space. */
export const agentTypeName = (text: string): string => text.trim().toLowerCase();
