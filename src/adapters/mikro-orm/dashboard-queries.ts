import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { ConversationPage, DashboardQueries, InstancePage } from '../../ports/dashboard-queries.ts';
import type { Database } from './database.ts';
import { listInstances } from './statements/list-instances.ts';
import { readConversation } from './statements/read-conversation.ts';

/** Reads what the repository on the same database writes. */
export class MikroOrmDashboardQueries implements DashboardQueries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  listInstances(
    userId: UserId,
    page: { limit: number; after: AgentInstanceId | null },
  ): Promise<InstancePage> {
    return listInstances(this.#database, userId, page);
  }

  readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    page: { limit: number; before: number | null },
  ): Promise<ConversationPage | null> {
    return readConversation(this.#database, userId, agentInstanceId, page);
  }
}
