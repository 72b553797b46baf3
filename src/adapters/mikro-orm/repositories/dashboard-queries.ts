import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type {
  AgentTypeOverview,
  ChangesRequest,
  ChangesSince,
  ConversationPage,
  ConversationRequest,
  DashboardQueries,
  InstanceCriteria,
  InstancePage,
  InstanceProgress,
  LocalWaits,
} from '../../../ports/storage/dashboard-queries.ts';
import type { MessageHits, MessageSearch } from '../../../ports/storage/message-search.ts';
import type { Database } from '../database/database.ts';
import { readProgress } from '../statements/conversations/progress.ts';
import { readAgentTypes } from '../statements/dashboard/agent-types.ts';
import { changesSince } from '../statements/dashboard/changes-since.ts';
import { listInstances } from '../statements/dashboard/list-instances.ts';
import { readConversation } from '../statements/dashboard/read-conversation.ts';
import { searchMessages } from '../statements/dashboard/search-messages.ts';

/** Reads the agent instances that the repository on the same database has written. */
export class MikroOrmDashboardQueries implements DashboardQueries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null> {
    return listInstances(this.#database, userId, criteria);
  }

  agentTypes(
    userId: UserId,
    request: LocalWaits & { readonly recent: number },
  ): Promise<readonly AgentTypeOverview[]> {
    return readAgentTypes(this.#database, userId, request);
  }

  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    request: ConversationRequest,
  ): Promise<ConversationPage | null> {
    return readConversation(this.#database, userId, agentInstanceId, request);
  }

  changesSince(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    seen: InstanceProgress,
    request: ChangesRequest,
  ): Promise<ChangesSince | null> {
    return changesSince(this.#database, userId, agentInstanceId, seen, request);
  }

  progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>> {
    return readProgress(this.#database, userId);
  }

  searchMessages(userId: UserId, search: MessageSearch): Promise<MessageHits> {
    return searchMessages(this.#database, userId, search);
  }
}
