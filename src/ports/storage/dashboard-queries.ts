import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import type { AgentType } from '../../domain/conversation/agent-type.ts';
import type { Message } from '../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId, UserId } from '../../domain/ids.ts';

/** Code points of a message that a list shows. */
export const PREVIEW_LIMIT = 2_000;

/** An instance as a list shows it. */
export interface InstanceOverview {
  readonly instance: AgentInstance;
  /** The newest message, cut to `PREVIEW_LIMIT`. */
  readonly latestMessage: Pick<Message, 'content' | 'createdAt'> | null;
  /** Whether an agent waits for news of it, in whatever process. */
  readonly agentWaiting: boolean;
}

/** A place in the order of instances, whether or not there is still one at it. */
export type InstancePlace = Pick<AgentInstance, 'id' | 'startedAt'>;

export interface InstancePage {
  /** The latest started first, then by id: an order in which nothing moves while somebody pages. */
  readonly instances: readonly InstanceOverview[];
  /** The place after which the next page begins; null on the last one. */
  readonly next: InstancePlace | null;
}

/** The statuses that people can ask for, as `shownStatus` tells them. */
export type ListedStatus = 'ACTIVE' | 'STALE' | 'AWAITING_INPUT' | 'COMPLETED';

/** What only the asking process knows. */
export interface LocalWaits {
  /** The user's instances that agents wait on in this process, right now. */
  readonly waitingHere: ReadonlySet<AgentInstanceId>;
}

export interface InstanceCriteria extends LocalWaits {
  readonly limit: number;
  readonly after: InstancePlace | null;
  readonly status: ListedStatus | null;
  /** Who has not been heard of since is silent; tells ACTIVE from STALE. */
  readonly silentSince: Date;
  readonly agentType: { readonly id: AgentTypeId } | { readonly name: string } | null;
}

export interface AgentTypeOverview {
  readonly agentType: AgentType;
  readonly createdAt: Date;
  /** By stored status: silent ones are among the active. */
  readonly active: number;
  readonly awaitingInput: number;
  readonly completed: number;
  /** Its latest started instances. */
  readonly recent: readonly InstanceOverview[];
}

export interface ConversationRequest extends LocalWaits {
  /** The last so many messages. */
  readonly limit: number;
  /** Only those before this position, or this message; null: from the end. */
  readonly before: number | MessageId | null;
  /** Whether the diff, up to a megabyte, is wanted too. */
  readonly withGitDiff?: boolean;
}

export interface ConversationPage extends InstanceOverview {
  /** In order of position; null when there is no such message to read before. */
  readonly messages: readonly Message[] | null;
  /** Whether there are messages before these. */
  readonly hasEarlier: boolean;
  /** null where there is none, or it was not asked for. */
  readonly gitDiff: string | null;
}

/** How much of an instance an observer has seen: its version, and the position of its newest message then. */
export interface Seen {
  readonly version: number;
  readonly position: number;
}

export interface ChangesRequest extends LocalWaits {
  /** How many new messages at most. */
  readonly limit: number;
  /** Whether all open questions are wanted, those too that have not changed since. */
  readonly withOpenQuestions?: boolean;
}

/** What became of an instance since an observer looked last. The instance is as it is now, deleted or not. */
export interface ChangesSince extends InstanceOverview {
  /**
   * Messages after the position seen, in order: at most the limit, so where the last of them is not at
   * `instance.lastPosition` there are more.
   */
  readonly posted: readonly Message[];
  /** Messages up to the position seen that were handed over, answered, closed or made a question since. */
  readonly amended: readonly Message[];
  /** In order; empty unless they were asked for. */
  readonly openQuestions: readonly Message[];
  /** undefined: as it was. */
  readonly gitDiff: string | null | undefined;
}

/**
 * What people look at. Reads only, each in one round trip, and of the user's own: another's ids are as good
 * as ids that do not exist. A page shows what is committed when it is read, and costs the same however long
 * conversations are.
 */
export interface DashboardQueries {
  /** Deleted instances are not there. Null where a type is asked for by an id that is no type of the user's. */
  listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null>;

  /** All of the user's agent types, by name, with their `recent` latest instances. Deleted ones do not count. */
  agentTypes(
    userId: UserId,
    look: LocalWaits & { readonly recent: number },
  ): Promise<readonly AgentTypeOverview[]>;

  /** Deleted instances are there: who looks decides what to make of them. Null for no such instance. */
  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    request: ConversationRequest,
  ): Promise<ConversationPage | null>;

  /** One read for all who observe an instance, whenever it has a new version. Null for no such instance. */
  changesSince(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    seen: Seen,
    request: ChangesRequest,
  ): Promise<ChangesSince | null>;

  /** How far each of the user's instances is by now, deleted ones included: where an observer of all begins. */
  progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, Seen>>;
}
