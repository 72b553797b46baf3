import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../domain/ids.ts';
import type { MessageHits, MessageSearch } from './message-search.ts';

/** The maximum length of the latest message in a list of instances, in code points. */
export const MAX_PREVIEW_LENGTH = 2_000;

/** An instance as lists show it. */
export interface InstanceOverview {
  readonly instance: AgentInstance;
  /** The newest message, its content cut to `MAX_PREVIEW_LENGTH`. */
  readonly latestMessage: Pick<Message, 'content' | 'createdAt'> | null;
  /** Whether an agent waits on this instance, in any process. */
  readonly agentWaiting: boolean;
}

/** A place in the order of instances. The instance at this place may no longer exist. */
export type InstancePlace = Pick<AgentInstance, 'id' | 'startedAt'>;

export interface InstancePage {
  /**
   * Sorted by start, the latest first, then by id. Instances never move in this order, so paging shows each
   * of them once.
   */
  readonly instances: readonly InstanceOverview[];
  /** The place after which the next page begins; null on the last page. */
  readonly next: InstancePlace | null;
}

/** The statuses that a list can be filtered by, as `shownStatus` computes them. */
export type ListedStatus = 'ACTIVE' | 'STALE' | 'AWAITING_INPUT' | 'COMPLETED' | 'FAILED' | 'DELETED';

/** The part of a request that only the calling process knows. */
export interface LocalWaits {
  /** The user's instances that agents wait on in this process now. */
  readonly waitingHere: ReadonlySet<AgentInstanceId>;
}

export interface InstanceCriteria extends LocalWaits {
  /** The maximum number of instances. */
  readonly limit: number;
  /** Return only instances that come after this place; null: from the first one. */
  readonly after: InstancePlace | null;
  /** Return only instances with this status; null: with any. */
  readonly status: ListedStatus | null;
  /** An ACTIVE instance without a sign of life since this time counts as STALE. */
  readonly staleBefore: Date;
  /** Return only instances of this type; null: of any. */
  readonly agentType: { readonly id: AgentTypeId } | { readonly name: string } | null;
}

/** An agent type, with the number of its instances. */
export interface AgentTypeOverview {
  readonly agentType: AgentType;
  readonly createdAt: Date;
  /** How many instances have the stored status ACTIVE. Those that show as STALE are included. */
  readonly active: number;
  /** How many instances have the status AWAITING_INPUT. */
  readonly awaitingInput: number;
  /** How many instances have the status COMPLETED. */
  readonly completed: number;
  /** The latest started instances of this type. */
  readonly recent: readonly InstanceOverview[];
}

export interface ConversationRequest extends LocalWaits {
  /** The maximum number of messages. The last ones are returned, as many as one page has (`messagePage`). */
  readonly limit: number;
  /** Return only messages before this position, or before this message; null: up to the end. */
  readonly before: number | MessageId | null;
  /** Whether to read the git diff as well, which may be a megabyte. */
  readonly withGitDiff?: boolean;
}

export interface ConversationPage extends InstanceOverview {
  /** In order of position; null if `before` is the id of a message that does not exist. */
  readonly messages: readonly Message[] | null;
  /** Whether there are messages before these. */
  readonly hasEarlier: boolean;
  /** null if the instance has no diff, or if the diff was not requested. */
  readonly gitDiff: string | null;
}

/**
 * A point in the history of an instance: its version, and the position of its newest message at that version.
 * It is either the current point, or the point up to which a subscriber has seen the instance.
 */
export interface InstanceProgress {
  readonly version: number;
  readonly position: number;
}

export interface ChangesRequest extends LocalWaits {
  /** The maximum number of new messages. The first ones are returned, as many as one page has. */
  readonly limit: number;
  /** Whether to return all open questions, also those that have not changed. */
  readonly withOpenQuestions?: boolean;
}

/**
 * What has changed in an instance since a subscriber last read it. The instance is returned as it is now,
 * even if it is deleted.
 */
export interface ChangesSince extends InstanceOverview {
  /**
   * The first messages after the seen position, in order. There are more if the last of them is not at
   * `instance.lastPosition`.
   */
  readonly posted: readonly Message[];
  /**
   * Messages up to the seen position that were handed over, answered, closed or turned into a question after
   * the seen version.
   */
  readonly amended: readonly Message[];
  /** In order of position; empty unless the request has `withOpenQuestions`. */
  readonly openQuestions: readonly Message[];
  /** undefined: unchanged since the seen version; null: the instance has no diff. */
  readonly gitDiff: string | null | undefined;
}

/**
 * Reads what the dashboard shows. Each method reads only what belongs to the user: ids of another user
 * behave like ids that do not exist. Each method returns what is committed when it reads. Unless it says
 * otherwise, a method is one round trip, and its cost does not grow with the length of conversations.
 */
export interface DashboardQueries {
  /**
   * Returns a page of instances, without deleted ones unless the status is DELETED. Returns null if
   * `agentType` has an id that is not an agent type of the user.
   */
  listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null>;

  /**
   * Returns the user's agent types, sorted by name, each with its latest started instances, at most `recent`
   * of them. Deleted instances are left out.
   */
  agentTypes(
    userId: UserId,
    request: LocalWaits & { readonly recent: number },
  ): Promise<readonly AgentTypeOverview[]>;

  /**
   * Returns an instance with a page of its messages; null if it does not exist. Deleted instances are
   * returned too: the caller decides what to do with them.
   */
  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    request: ConversationRequest,
  ): Promise<ConversationPage | null>;

  /**
   * Returns what has changed in an instance since `seen`; null if the instance does not exist. It is called
   * once for each new version, for all subscribers together.
   */
  changesSince(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    seen: InstanceProgress,
    request: ChangesRequest,
  ): Promise<ChangesSince | null>;

  /**
   * Returns the current version and position of each of the user's instances, deleted ones included. A
   * subscriber to all instances takes these as seen when it starts.
   */
  progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>>;

  /**
   * Looks for words in the messages of all conversations, the newest message first, without those of deleted
   * instances. Letters of ASCII are found in upper and lower case. For other letters this depends on the
   * store. It takes several round trips, each of which looks at a part of the messages: its cost grows with
   * the number of messages that it looks at. A message that is written meanwhile may be missed.
   */
  searchMessages(userId: UserId, search: MessageSearch): Promise<MessageHits>;
}
