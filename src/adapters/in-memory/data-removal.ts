import type { RetentionCutoffs } from '../../domain/conversation/retention.ts';
import type { UserId } from '../../domain/ids.ts';
import { tokensRefusedBefore, type UserDeletion } from '../../domain/user/user-deletion.ts';
import type { Revocations } from '../../ports/signals/revocations.ts';
import type { DataRemoval, DeletedUser, Holdings } from '../../ports/storage/data-removal.ts';
import type { InMemoryAuthorizationRepository } from './authorization-repository.ts';
import { type StoredInstance, UserData } from './user-data.ts';

const NO_DATA = new UserData();

/** Deletes what the other in-memory adapters store. One call of `deleteSome` deletes all data of a user. */
export class InMemoryDataRemoval implements DataRemoval {
  readonly #users: Map<UserId, UserData>;
  readonly #revocations: Revocations;
  readonly #authorizations: Pick<InMemoryAuthorizationRepository, 'deleteOfUser'> | null;

  /** @param repository the repository of agent instances. */
  constructor(
    repository: { readonly users: Map<UserId, UserData> },
    revocations: Revocations,
    authorizations: Pick<InMemoryAuthorizationRepository, 'deleteOfUser'> | null = null,
  ) {
    this.#users = repository.users;
    this.#revocations = revocations;
    this.#authorizations = authorizations;
  }

  async holdings(userId: UserId): Promise<Holdings> {
    const { agentTypes, instances, instanceIdByMessageId, apiKeys } = this.#users.get(userId) ?? NO_DATA;
    return {
      agentTypes: agentTypes.size,
      agentInstances: instances.size,
      messages: instanceIdByMessageId.size,
      apiKeys: apiKeys.size,
    };
  }

  async beginUserDeletion(userId: UserId, time: Date): Promise<void> {
    this.#saveDeletion(userId, { begunAt: time, finishedAt: null });
  }

  async deleteSome(userId: UserId): Promise<Holdings> {
    const deleted = await this.holdings(userId);
    const { deletion = null } = this.#users.get(userId) ?? {};
    this.#authorizations?.deleteOfUser(userId);
    if (deletion === null) this.#users.delete(userId);
    else this.#users.set(userId, new UserData(deletion));
    return deleted;
  }

  async finishUserDeletion(userId: UserId, time: Date): Promise<void> {
    this.#saveDeletion(userId, {
      begunAt: this.#users.get(userId)?.deletion?.begunAt ?? time,
      finishedAt: time,
    });
  }

  async findUserDeletion(userId: UserId): Promise<UserDeletion | null> {
    return structuredClone(this.#users.get(userId)?.deletion ?? null);
  }

  async listUnfinishedDeletions(): Promise<readonly DeletedUser[]> {
    const unfinished: DeletedUser[] = [];
    for (const [userId, { deletion }] of this.#users) {
      if (deletion !== null && deletion.finishedAt === null) unfinished.push({ userId, ...deletion });
    }
    return structuredClone(unfinished).sort((a, b) => a.begunAt.getTime() - b.begunAt.getTime());
  }

  async deleteOutdated(cutoffs: RetentionCutoffs): Promise<number> {
    let deleted = 0;
    for (const { agentTypes, instances, instanceIdByMessageId } of this.#users.values()) {
      for (const [id, stored] of instances) {
        if (!isOutdated(stored, cutoffs)) continue;
        for (const messageId of stored.messages.keys()) instanceIdByMessageId.delete(messageId);
        instances.delete(id);
        deleted += 1;
      }
      const usedTypes = new Set(Array.from(instances.values(), ({ instance }) => instance.agentType.name));
      for (const name of agentTypes.keys()) if (!usedTypes.has(name)) agentTypes.delete(name);
    }
    return deleted;
  }

  #saveDeletion(userId: UserId, deletion: UserDeletion): void {
    const data = this.#users.get(userId) ?? new UserData();
    data.deletion = structuredClone(deletion);
    this.#users.set(userId, data);
    this.#revocations.publishRevoked([{ userId, id: null, issuedBefore: tokensRefusedBefore(deletion) }]);
  }
}

function isOutdated({ instance }: StoredInstance, { endedBefore, deletedBefore }: RetentionCutoffs): boolean {
  const { deletion, endedAt } = instance;
  if (deletion !== null) return deletion.deletedAt < deletedBefore;
  return endedBefore !== null && endedAt !== null && endedAt < endedBefore;
}
