import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../domain/ids.ts';

/** How many code points of its latest message an instance shows in a list. */
export const PREVIEW_LIMIT = 2_000;

/** An instance as lists show it. */
export interface InstanceOverview {
  readonly instance: AgentInstance;
  /** The newest message, its content cut to `PREVIEW_LIMIT`. */
  readonly latestMessage: Pick<Message, 'content' | 'createdAt'> | null;
  /** Whether an agent waits on it, in any process. */
  readonly agentWaiting: boolean;
}

/** A place in the order of instances. The instance itself may be gone by now. */
export type InstancePlace = Pick<AgentInstance, 'id' | 'startedAt'>;

export interface InstancePage {
  /** The latest started first, then by id. Instances never move in this order, so paging shows each once. */
  readonly instances: readonly InstanceOverview[];
  /** The place after which the next page begins; null on the last page. */
  readonly next: InstancePlace | null;
}

/** The statuses that a list can be filtered by, as `shownStatus` computes them. */
export type ListedStatus = 'ACTIVE' | 'STALE' | 'AWAITING_INPUT' | 'COMPLETED';

/** What only the calling process knows. */
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
  /** How many messages at most: the last ones. */
  readonly limit: number;
  /** Only messages before this position, or before this message; null: up to the end. */
  readonly before: number | MessageId | null;
  /** Whether to read the git diff as well, which may be a megabyte. */
  readonly withGitDiff?: boolean;
}

export interface ConversationPage extends InstanceOverview {
  /** In order of position; null when the message to read before does not exist. */
  readonly messages: readonly Message[] | null;
  /** Whether there are messages before these. */
  readonly hasEarlier: boolean;
  /** Null where there is none, or it was not asked for. */
  readonly gitDiff: string | null;
}

/**
 * How far an instance is, or how much of it a subscriber has seen: a version, and the position of its newest
 * message.
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
   * The messages after the position seen, in order, at most `limit`. There are more if the last one is not at
   * `instance.lastPosition`.
   */
  readonly posted: readonly Message[];
  /**
   * Messages up to the position seen that were handed over, answered, closed or turned into a question since.
   */
  readonly amended: readonly Message[];
  /** In order; empty unless asked for. */
  readonly openQuestions: readonly Message[];
  /** Undefined: unchanged. */
  readonly gitDiff: string | null | undefined;
}

/**
 * Reads what the dashboard shows. Each method is one round trip and reads only what belongs to the user: ids
 * of another user behave like ids that do not exist. It returns what is committed at that time, and costs the
 * same however long conversations are.
 */
export interface DashboardQueries {
  /**
   * Leaves out deleted instances. Returns null where `agentType` has an id that is no agent type of the user.
   */
  listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null>;

  /**
   * Returns the user's agent types by name, each with its `recent` latest instances. Deleted ones do not
   * count.
   */
  agentTypes(
    userId: UserId,
    request: LocalWaits & { readonly recent: number },
  ): Promise<readonly AgentTypeOverview[]>;

  /**
   * Returns deleted instances, too; the caller decides what to do with them. Null: there is no such instance.
   */
  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    request: ConversationRequest,
  ): Promise<ConversationPage | null>;

  /**
   * One read serves all subscribers of an instance, once per new version. Null: there is no such instance.
   */
  changesSince(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    seen: InstanceProgress,
    request: ChangesRequest,
  ): Promise<ChangesSince | null>;

  /**
   * Returns how far each of the user's instances is now, deleted ones included: where a subscriber to all
   * starts.
   */
  progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>>;
}
