import type { AgentInstance } from '../domain/agent-instance.ts';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';
import type { Message } from '../domain/message.ts';

/** An instance as a list shows it. */
export interface InstanceOverview {
  readonly instance: AgentInstance;
  readonly latestMessage: Message | null;
}

export interface InstancePage {
  /** The latest started first. */
  readonly instances: readonly InstanceOverview[];
  /** Where the next page begins; null on the last one. */
  readonly next: AgentInstanceId | null;
}

export interface ConversationPage {
  readonly instance: AgentInstance;
  /** In order of position. */
  readonly messages: readonly Message[];
  /** Whether there are messages before these. */
  readonly hasEarlier: boolean;
}

/**
 * What people look at. Reads only, each in one round trip, and of the user's own: another's ids are as good
 * as ids that do not exist. Deleted instances are not there. A page shows what is committed when it is read.
 */
export interface DashboardQueries {
  /** @param after the last instance of the page before; a page after one that is gone is empty. */
  listInstances(
    userId: UserId,
    page: { limit: number; after: AgentInstanceId | null },
  ): Promise<InstancePage>;

  /** The last `limit` messages, or the last before position `before`; null for no such instance. */
  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    page: { limit: number; before: number | null },
  ): Promise<ConversationPage | null>;
}
