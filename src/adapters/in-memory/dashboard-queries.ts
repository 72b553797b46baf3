import { shownStatus } from '../../domain/conversation/liveness.ts';
import { byPosition, isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import { messagePage } from '../../domain/conversation/message-page.ts';
import type { AgentInstanceId, UserId } from '../../domain/ids.ts';
import {
  type AgentTypeOverview,
  type ChangesRequest,
  type ChangesSince,
  type ConversationPage,
  type ConversationRequest,
  type DashboardQueries,
  type InstanceCriteria,
  type InstanceOverview,
  type InstancePage,
  type InstancePlace,
  type InstanceProgress,
  type LocalWaits,
  MAX_PREVIEW_LENGTH,
} from '../../ports/storage/dashboard-queries.ts';
import type { MessageHits, MessageSearch } from '../../ports/storage/message-search.ts';
import { searchMessages } from './search-messages.ts';
import { type StoredInstance, UserData } from './user-data.ts';

const NO_DATA = new UserData();

/**
 * Reads what an in-memory repository stores. It returns copies, so that callers cannot change the stored
 * data.
 */
export class InMemoryDashboardQueries implements DashboardQueries {
  readonly #users: ReadonlyMap<UserId, UserData>;

  constructor({ users }: { readonly users: ReadonlyMap<UserId, UserData> }) {
    this.#users = users;
  }

  async listInstances(userId: UserId, criteria: InstanceCriteria): Promise<InstancePage | null> {
    const { limit, after, agentType, status } = criteria;
    const { agentTypes, instances } = this.#users.get(userId) ?? NO_DATA;
    const typeId = agentType !== null && 'id' in agentType ? agentType.id : null;
    const typeName = agentType !== null && 'name' in agentType ? agentType.name : null;
    if (typeId !== null && ![...agentTypes.values()].some(({ id }) => id === typeId)) return null;
    const matching = [...instances.values()]
      .filter((stored) => isNotDeleted(stored) === (status !== 'DELETED'))
      .filter(({ instance }) => typeId === null || instance.agentType.id === typeId)
      .filter(({ instance }) => typeName === null || instance.agentType.name === typeName)
      .filter((stored) => hasStatus(stored, criteria))
      .filter(({ instance }) => after === null || latestFirst(instance, after) > 0)
      .sort((a, b) => latestFirst(a.instance, b.instance));
    const page = matching.slice(0, limit).map((stored) => overviewOf(stored, criteria));
    const last = page.at(-1)?.instance;
    const isLastPage = last === undefined || page.length === matching.length;
    return structuredClone({
      instances: page,
      next: isLastPage ? null : { id: last.id, startedAt: last.startedAt },
    });
  }

  async agentTypes(
    userId: UserId,
    { recent, ...waits }: LocalWaits & { readonly recent: number },
  ): Promise<readonly AgentTypeOverview[]> {
    const { agentTypes, instances } = this.#users.get(userId) ?? NO_DATA;
    const instancesByType = Map.groupBy(
      [...instances.values()].filter(isNotDeleted),
      ({ instance }) => instance.agentType.id,
    );
    const overviews = [...agentTypes.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ id, name, createdAt }): AgentTypeOverview => {
        const instancesOfType = (instancesByType.get(id) ?? []).sort((a, b) =>
          latestFirst(a.instance, b.instance),
        );
        const countOf = (status: string) =>
          instancesOfType.filter(({ instance }) => instance.status === status).length;
        return {
          agentType: { id, name },
          createdAt,
          active: countOf('ACTIVE'),
          awaitingInput: countOf('AWAITING_INPUT'),
          completed: countOf('COMPLETED'),
          recent: instancesOfType.slice(0, recent).map((stored) => overviewOf(stored, waits)),
        };
      });
    return structuredClone(overviews);
  }

  async readConversation(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    { limit, before, withGitDiff = false, ...waits }: ConversationRequest,
  ): Promise<ConversationPage | null> {
    const stored = this.#users.get(userId)?.instances.get(agentInstanceId);
    if (stored === undefined) return null;
    // Undefined if `before` is the id of an unknown message, null if `before` is null.
    const endPosition = typeof before === 'string' ? stored.messages.get(before)?.position : before;
    const earlier = sortedMessages(stored).filter(
      ({ position }) => endPosition == null || position < endPosition,
    );
    const newestFirst = earlier.toReversed().slice(0, limit);
    const messages = messagePage(newestFirst).toReversed();
    return structuredClone({
      ...overviewOf(stored, waits),
      messages: endPosition === undefined ? null : messages,
      hasEarlier: endPosition !== undefined && messages.length < earlier.length,
      gitDiff: withGitDiff ? stored.gitDiff : null,
    });
  }

  async changesSince(
    userId: UserId,
    agentInstanceId: AgentInstanceId,
    seen: InstanceProgress,
    { limit, withOpenQuestions = false, ...waits }: ChangesRequest,
  ): Promise<ChangesSince | null> {
    const stored = this.#users.get(userId)?.instances.get(agentInstanceId);
    if (stored === undefined) return null;
    const messages = sortedMessages(stored);
    return structuredClone({
      ...overviewOf(stored, waits),
      posted: messagePage(messages.filter(({ position }) => position > seen.position).slice(0, limit)),
      amended: messages.filter(
        (message) => message.position <= seen.position && versionOfLastChange(stored, message) > seen.version,
      ),
      openQuestions: withOpenQuestions ? messages.filter(isOpenQuestion) : [],
      gitDiff: stored.gitDiffVersion > seen.version ? stored.gitDiff : undefined,
    });
  }

  async progress(userId: UserId): Promise<ReadonlyMap<AgentInstanceId, InstanceProgress>> {
    const { instances } = this.#users.get(userId) ?? NO_DATA;
    return new Map(
      [...instances.values()].map(({ instance: { id, version, lastPosition } }) => [
        id,
        { version, position: lastPosition },
      ]),
    );
  }

  async searchMessages(userId: UserId, search: MessageSearch): Promise<MessageHits> {
    const { instances } = this.#users.get(userId) ?? NO_DATA;
    return structuredClone(searchMessages([...instances.values()], search));
  }
}

const isNotDeleted = ({ instance }: StoredInstance): boolean => instance.status !== 'DELETED';

const sortedMessages = ({ messages }: StoredInstance): Message[] => [...messages.values()].sort(byPosition);

/**
 * Returns the version in which a message last changed; 0 if it has not changed since it was posted. A user
 * message changes when its agent reads it, and a question when it is answered or closed.
 */
function versionOfLastChange(
  { questionVersions }: StoredInstance,
  { id, senderType, readVersion }: Message,
): number {
  return (senderType === 'USER' ? readVersion : questionVersions.get(id)) ?? 0;
}

function hasStatus({ instance }: StoredInstance, { status, staleBefore, waitingHere }: InstanceCriteria) {
  const agentWaiting = waitingHere.has(instance.id);
  return status === null || shownStatus(instance, { staleBefore, agentWaiting }) === status;
}

function overviewOf(stored: StoredInstance, { waitingHere }: LocalWaits): InstanceOverview {
  const { instance } = stored;
  const latest = sortedMessages(stored).at(-1);
  return {
    instance,
    latestMessage:
      latest === undefined ? null : { content: preview(latest.content), createdAt: latest.createdAt },
    agentWaiting: waitingHere.has(instance.id),
  };
}

/** Cuts by code points. Each has at most two UTF-16 units, so the first slice has enough code points. */
const preview = (content: string): string =>
  content.length <= MAX_PREVIEW_LENGTH
    ? content
    : [...content.slice(0, 2 * MAX_PREVIEW_LENGTH)].slice(0, MAX_PREVIEW_LENGTH).join('');

function latestFirst(a: InstancePlace, b: InstancePlace): number {
  const difference = b.startedAt.getTime() - a.startedAt.getTime();
  if (difference !== 0) return difference;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}
