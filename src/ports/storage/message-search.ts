import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { MessageId } from '../../domain/ids.ts';

/** How many code points of a message a hit has at most, and how many of them come before the found word. */
export const MAX_EXCERPT_LENGTH = 240;
export const EXCERPT_BEFORE = 60;

/**
 * How many messages one search looks at, at most. A store may look at fewer, when they are long. The caller
 * goes on from `next`.
 */
export const MAX_SEARCHED_MESSAGES = 4_000;

export interface MessageSearch {
  /** A message is found if it contains all of these words, also inside longer ones. There is at least one. */
  readonly words: readonly string[];
  /** The maximum number of hits, at least 1. */
  readonly limit: number;
  /** Look only at messages before this place; null: begin with the newest one. */
  readonly after: MessagePlace | null;
}

/** A place in the order of a search. The message at this place may no longer exist. */
export type MessagePlace = Pick<Message, 'id' | 'createdAt'>;

export interface MessageHit {
  readonly message: Pick<Message, 'id' | 'agentInstanceId' | 'position' | 'senderType' | 'createdAt'>;
  readonly instance: Pick<AgentInstance, 'name' | 'agentType'>;
  /** The content around the first place that has the first word. */
  readonly excerpt: string;
  /** Whether there is more of the content before the excerpt, and after it. */
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
}

export interface MessageHits {
  /** In the order of the search. There may be none although there are more messages to look at. */
  readonly hits: readonly MessageHit[];
  /** The message that was looked at last; null if there are no others. */
  readonly next: MessagePlace | null;
}

/** The order of a search: ids begin with the time at which they were made. The newest message is first. */
export const compareSearched = (
  one: { readonly id: MessageId },
  other: { readonly id: MessageId },
): number => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
