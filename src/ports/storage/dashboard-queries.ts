import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../domain/ids.ts';

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
export type ListedStatus = 'ACTIVE' | 'STALE' | 'AWAITING_INPUT' | 'COMPLETED';

/** The part of a request that only the calling process knows. */
export interface LocalWaits {
  /** The user's instances that agents wait on in this process now. */
  readonly waitingHere: ReadonlySet<AgentInstanceId>;
}

export interface InstanceCriteria extends LocalWaits {
  readonly limit: number;
  readonly after: InstancePlace | null;
  readonly status: ListedStatus | null;
  /** An ACTIVE instance without a sign of life since this time counts as STALE. */
  readonly staleBefore: Date;
  readonly agentType: { readonly id: AgentTypeId } | { readonly name: string } | null;
}

export interface AgentTypeOverview {
  readonly agentType: AgentType;
  readonly createdAt: Date;
  /** Counted by stored status, so the active ones include those that show as STALE. */
  readonly active: number;
  readonly awaitingInput: number;
  readonly completed: number;
  /** The latest started instances of this type. */
  readonly recent: readonly InstanceOverview[];
}

export interface ConversationRequest extends LocalWaits {
  /** The maximum number of messages. The last ones are returned. */
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
  /** null if there is none, or if it was not requested. */
  readonly gitDiff: string | null;
}

/**
 * A point in the history of an instance: its version, and the position of its newest message at that version.
 * It says how far the instance itself is, or how much of it a subscriber has seen.
 */
export interface InstanceProgress {
  readonly version: number;
  readonly position: number;
}

export interface ChangesRequest extends LocalWaits {
  /** How many new messages to return at most. */
  readonly limit: number;
  /** Whether to return all open questions, also those that have not changed. */
  readonly withOpenQuestions?: boolean;
}

/**
 * What has changed in an instance since a subscriber last read it. The instance is returned as it is now,
 * also if deleted.
 */
export interface ChangesSince extends InstanceOverview {
  /**
   * The messages after the seen position, in order, at most `limit`. There are more if the last of them is
   * not at `instance.lastPosition`.
   */
  readonly posted: readonly Message[];
  /**
   * Messages up to the seen position that were handed over, answered, closed or turned into a question after
   * the seen version.
   */
  readonly amended: readonly Message[];
  /** In order of position; empty unless the request has `withOpenQuestions`. */
  readonly openQuestions: readonly Message[];
  /** undefined: unchanged since the seen version; null: there is none. */
  readonly gitDiff: string | null | undefined;
}

/**
 * Reads what the dashboard shows. Each method is one round trip and reads only what belongs to the user: ids
 * of another user behave like ids that do not exist. It returns what is committed at that time, and costs the
 * same however long conversations are.
 */
export interface DashboardQueries {
  /**
   * Returns a page of instances, without deleted ones. Returns null if `agentType` has an id that is not an
   * agent type of the user.
   */
  listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null>;

  /**
   * Returns the user's agent types, sorted by name, each with its `recent` latest instances. Deleted
   * instances are left out.
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
   * Returns how far each of the user's instances is now, deleted ones included. A subscriber to all instances
   * starts from there.
   */
  progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>>;
}
