import { agentInstanceNotFound, instanceDeleted } from '../errors.ts';
import type { AgentInstance } from './agent-instance.ts';
import type { KnownAgentTypes } from './agent-type.ts';
import type { Message } from './message.ts';

/**
 * The input of a decision: the instance, if it exists, and the messages that the decision needs. The caller
 * of the store chooses them by an `UpdateTarget` (`src/ports/storage/agent-instance-repository.ts`).
 */
export interface Conversation extends KnownAgentTypes {
  readonly instance: AgentInstance | null;
  /**
   * How many open instances the user has: not ended, and not deleted. 0 where no new one can be made, because
   * they are not counted there.
   */
  readonly openInstanceCount: number;
  /** All open questions, and those other messages that the `UpdateTarget` asks for. They are in any order. */
  readonly messages: readonly Message[];
}

/** The changes that a decision asks the store to write. The store writes all of them or none. */
export interface Changes {
  /** The instance in its new state. Its version is one higher than before. */
  readonly instance: AgentInstance;
  /** New messages. */
  readonly posted: readonly Message[];
  /** Earlier messages in their new state. */
  readonly amended: readonly Message[];
  /** undefined keeps the stored diff; null clears it. */
  readonly gitDiff: string | null | undefined;
}

/** The result of a decision: the output for the caller, and the changes for the store. */
export interface Decision<Output> {
  readonly output: Output;
  /** null if there is nothing to write. */
  readonly changes: Changes | null;
}

/** The conversation of an instance that does not exist yet. */
export const EMPTY_CONVERSATION: Conversation = {
  instance: null,
  agentType: null,
  agentTypeCount: 0,
  openInstanceCount: 0,
  messages: [],
};

/**
 * Returns the conversation with the changes applied, so that the next decision can be made without loading it
 * again.
 */
export function applyChanges(conversation: Conversation, changes: Changes | null): Conversation {
  if (changes === null) return conversation;
  const messages = new Map(conversation.messages.map((message) => [message.id, message]));
  for (const message of changes.amended) messages.set(message.id, message);
  for (const message of changes.posted) messages.set(message.id, message);
  return {
    instance: changes.instance,
    agentType: conversation.agentType ?? changes.instance.agentType,
    agentTypeCount: conversation.agentTypeCount,
    openInstanceCount: conversation.openInstanceCount,
    messages: [...messages.values()],
  };
}

/**
 * Returns the instance if it exists and is not deleted.
 * @throws DomainError `agent_instance_not_found` if the instance does not exist, `instance_deleted` if its
 * owner deleted it.
 */
export function requireInstance(conversation: Conversation): AgentInstance {
  const { instance } = conversation;
  if (instance === null) throw agentInstanceNotFound();
  if (instance.status === 'DELETED') throw instanceDeleted();
  return instance;
}

/** Returns the conversation as its owner sees it: a deleted instance looks as if it had never existed. */
export const hideDeletedInstance = (conversation: Conversation): Conversation =>
  conversation.instance?.status === 'DELETED' ? { ...conversation, instance: null } : conversation;
