import { byPosition } from '../../domain/conversation.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import type { ConversationPage, DashboardQueries, InstancePage } from '../../ports/dashboard-queries.ts';
import type { StoredInstance, UserData } from './user-data.ts';

/** Reads what an in-memory repository keeps; copies, so that nobody reaches the store's own. */
export class InMemoryDashboardQueries implements DashboardQueries {
  readonly #users: ReadonlyMap<UserId, UserData>;

  constructor({ users }: { readonly users: ReadonlyMap<UserId, UserData> }) {
    this.#users = users;
  }

  async listInstances(
    userId: UserId,
    { limit, after }: { limit: number; after: AgentInstanceId | null },
  ): Promise<InstancePage> {
    const all = [...(this.#users.get(userId)?.instances.values() ?? [])].filter(isThere).sort(latestFirst);
    const at = after === null ? 0 : all.findIndex(({ instance }) => instance.id === after) + 1;
    if (after !== null && at === 0) return { instances: [], next: null };
    const page = all.slice(at, at + limit);
    return structuredClone({
      instances: page.map(({ instance, messages }) => ({
        instance,
        latestMessage:
          [...messages.values()].find(({ position }) => position === instance.lastPosition) ?? null,
      })),
      next: at + limit < all.length ? (page.at(-1)?.instance.id ?? null) : null,
    });
  }

  async readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    { limit, before }: { limit: number; before: number | null },
  ): Promise<ConversationPage | null> {
    const stored = this.#users.get(userId)?.instances.get(agentInstanceId);
    if (stored === undefined || !isThere(stored)) return null;
    const earlier = [...stored.messages.values()]
      .filter(({ position }) => before === null || position < before)
      .sort(byPosition);
    const messages = limit === 0 ? [] : earlier.slice(-limit);
    const { instance } = stored;
    return structuredClone({ instance, messages, hasEarlier: messages.length < earlier.length });
  }
}

const isThere = ({ instance }: StoredInstance): boolean => instance.status !== 'DELETED';

function latestFirst({ instance: a }: StoredInstance, { instance: b }: StoredInstance): number {
  return b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1);
}
