import { agentInstanceNotFound, instanceDeleted } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import type { AgentInstance } from './agent-instance.ts';
import type { AgentType } from './agent-type.ts';
import { isOpenQuestion, isQueued, type Message, type SenderType } from './message.ts';

/** What a decision is made from: an instance, or nothing yet, and those of its messages that matter. */
export interface Conversation {
  readonly instance: AgentInstance | null;
  /** The user's agent type of the name the update asked for, when there is one. */
  readonly agentType: AgentType | null;
  /** At least: open questions; the queue and named messages where the update asked for them. Any order. */
  readonly messages: readonly Message[];
}

/** What a decision asks the store to write, all of it or nothing. */
export interface Changes {
  /** Its version is one more than that of the conversation decided on. */
  readonly instance: AgentInstance;
  readonly posted: readonly Message[];
  /** Messages that were there already, with fields changed that may change. */
  readonly amended: readonly Message[];
  /** undefined leaves the stored diff as it is; null clears it. */
  readonly gitDiff: string | null | undefined;
}

export interface Decision<Output> {
  readonly output: Output;
  /** null: there is nothing to write. */
  readonly changes: Changes | null;
}

export const NOTHING_YET: Conversation = { instance: null, agentType: null, messages: [] };

/** The conversation as it stands once `changes` are made; what the next decision is made from. */
export function applyChanges(conversation: Conversation, changes: Changes | null): Conversation {
  if (changes === null) return conversation;
  const messages = new Map(conversation.messages.map((message) => [message.id, message]));
  for (const message of changes.amended) messages.set(message.id, message);
  for (const message of changes.posted) messages.set(message.id, message);
  return {
    instance: changes.instance,
    agentType: conversation.agentType ?? changes.instance.agentType,
    messages: [...messages.values()],
  };
}

/**
 * @throws DomainError `agent_instance_not_found`, or `instance_deleted` when its owner deleted it.
 */
export function existing(conversation: Conversation): AgentInstance {
  const { instance } = conversation;
  if (instance === null) throw agentInstanceNotFound();
  if (instance.status === 'DELETED') throw instanceDeleted();
  return instance;
}

/** To its owner a deleted instance is not there, as if it had never been. */
export const withoutDeleted = (conversation: Conversation): Conversation =>
  conversation.instance?.status === 'DELETED' ? { ...conversation, instance: null } : conversation;

export type MessageDraft = Pick<
  Message,
  'id' | 'senderType' | 'content' | 'metadata' | 'requiresUserInput' | 'questionStatus'
>;

/** Collects what one decision changes. Lives within that decision only, so it may mutate itself. */
export class Draft {
  readonly now: Date;
  #instance: AgentInstance;
  readonly #messages: Map<MessageId, Message>;
  readonly #posted: Message[] = [];
  readonly #amended = new Map<MessageId, Message>();
  #gitDiff: string | null | undefined;

  constructor(instance: AgentInstance, messages: readonly Message[], now: Date) {
    this.now = now;
    this.#messages = new Map(messages.map((message) => [message.id, message]));
    this.#instance = { ...instance, version: instance.version + 1 };
  }

  get instance(): AgentInstance {
    return this.#instance;
  }

  set(fields: Partial<Omit<AgentInstance, 'id' | 'version' | 'lastPosition'>>): void {
    this.#instance = { ...this.#instance, ...fields };
  }

  setGitDiff(diff: string | null): void {
    this.#gitDiff = diff;
  }

  post(draft: MessageDraft): Message {
    const position = this.#instance.lastPosition + 1;
    const message: Message = {
      ...draft,
      agentInstanceId: this.#instance.id,
      position,
      createdAt: this.now,
      readAt: null,
      readVersion: draft.senderType === ('AGENT' satisfies SenderType) ? this.#instance.version : null,
      answerId: null,
    };
    this.#instance = { ...this.#instance, lastPosition: position };
    this.#posted.push(message);
    this.#messages.set(message.id, message);
    return message;
  }

  amend(message: Message, fields: Partial<Message>): Message {
    const changed = { ...message, ...fields };
    this.#messages.set(message.id, changed);
    const postedAt = this.#posted.findIndex((posted) => posted.id === message.id);
    if (postedAt >= 0) this.#posted[postedAt] = changed;
    else this.#amended.set(message.id, changed);
    return changed;
  }

  /** Marks one user message as known to the agent and moves the read cursor to it. */
  handOver(message: Message): Message {
    this.set({ lastReadMessageId: message.id });
    return this.amend(message, { readAt: this.now, readVersion: this.#instance.version });
  }

  /** The hand-off: everything queued, in order, is the agent's now. */
  handOffQueue(): readonly Message[] {
    return this.#select(isQueued).map((message) => this.handOver(message));
  }

  /** The user messages that were handed over with this question, in order. */
  handedOverWith({ readVersion }: Message): readonly Message[] {
    return this.#select((message) => message.senderType === 'USER' && message.readVersion === readVersion);
  }

  /** Hands over the answer of a question, unless the agent has it. */
  handOverAnswer({ answerId }: Message): Message | null {
    const answer = answerId === null ? undefined : this.#messages.get(answerId);
    if (answer === undefined) return null;
    return isQueued(answer) ? this.handOver(answer) : answer;
  }

  /** The agent asks an open question again: it, and all that came with it, is news to the agent once more. */
  askAgain(question: Message): Message {
    const readVersion = this.#instance.version;
    for (const message of this.handedOverWith(question)) this.amend(message, { readVersion });
    return this.amend(question, { readVersion });
  }

  /** Open questions, the newest last. */
  openQuestions(): readonly Message[] {
    return this.#select(isOpenQuestion);
  }

  changes(): Changes {
    return {
      instance: this.#instance,
      posted: this.#posted,
      amended: [...this.#amended.values()],
      gitDiff: this.#gitDiff,
    };
  }

  #select(test: (message: Message) => boolean): Message[] {
    return [...this.#messages.values()].filter(test).sort(byPosition);
  }
}

export const byPosition = (a: Message, b: Message): number => a.position - b.position;
