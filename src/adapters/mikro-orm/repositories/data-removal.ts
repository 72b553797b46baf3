import type { SqlEntityManager } from '@mikro-orm/sql';
import type { RetentionCutoffs } from '../../../domain/conversation/retention.ts';
import type { UserId } from '../../../domain/ids.ts';
import { tokensRefusedBefore, type UserDeletion } from '../../../domain/user/user-deletion.ts';
import type { StoreSignals } from '../../../ports/signals/store-signals.ts';
import type { DataRemoval, DeletedUser, Holdings } from '../../../ports/storage/data-removal.ts';
import type { Database } from '../database/database.ts';
import { retryOnConflict } from '../database/retry-on-conflict.ts';
import {
  AgentTypeRow,
  AnswerLinkRow,
  ApiKeyRow,
  AuthorizationRecordRow,
  IdempotencyRecordRow,
  NotificationRow,
  NotificationSettingsRow,
  OpenWaitRow,
} from '../schema/entities.ts';
import {
  countHoldings,
  findDeletion,
  saveDeletion,
  unfinishedDeletions,
} from '../statements/users/deleted-users.ts';
import {
  findOutdated,
  limitToMaxMessages,
  lockInstances,
  lockOutdated,
  removeInstances,
  removeOrphans,
  removeUnusedTypes,
} from '../statements/users/remove-instances.ts';

/** The key of the advisory lock for retention. It is an arbitrary number, the same in every process. */
const RETENTION_LOCK = 7_240_115_905;

export interface DataRemovalOptions {
  readonly database: Database;
  /** Receives every deletion of a user, because it revokes all tokens of that user. */
  readonly signals: Pick<StoreSignals, 'publishRevoked' | 'databaseNotification'>;
}

/** Deletes rows in small transactions, so that no other statement waits long for a lock. */
export class MikroOrmDataRemoval implements DataRemoval {
  readonly #database: Database;
  readonly #signals: DataRemovalOptions['signals'];

  constructor({ database, signals }: DataRemovalOptions) {
    this.#database = database;
    this.#signals = signals;
  }

  holdings(userId: UserId): Promise<Holdings> {
    return countHoldings(this.#database, userId);
  }

  beginUserDeletion(userId: UserId, time: Date): Promise<void> {
    return this.#saveDeletion(userId, { begunAt: time, finishedAt: null });
  }

  /** @returns how many rows were deleted. */
  deleteSome(userId: UserId): Promise<Holdings> {
    return retryOnConflict(() =>
      this.#database.transaction([userId], async (em) => {
        const instances = limitToMaxMessages(await lockInstances(em, userId));
        if (instances.length === 0) return removeRemainingRows(em, userId);
        const messages = await removeInstances(em, instances);
        return { agentTypes: 0, agentInstances: instances.length, messages, apiKeys: 0 };
      }),
    );
  }

  finishUserDeletion(userId: UserId, time: Date): Promise<void> {
    return this.#saveDeletion(userId, { begunAt: time, finishedAt: time });
  }

  findUserDeletion(userId: UserId): Promise<UserDeletion | null> {
    return findDeletion(this.#database, userId);
  }

  listUnfinishedDeletions(): Promise<readonly DeletedUser[]> {
    return unfinishedDeletions(this.#database);
  }

  async deleteOutdated(cutoffs: RetentionCutoffs): Promise<number> {
    const outdated = limitToMaxMessages(await findOutdated(this.#database, cutoffs));
    if (outdated.length === 0) return 0;
    const users = outdated.map(({ userId }) => userId);
    return retryOnConflict(() =>
      this.#database.transaction(users, async (em) => {
        // A lock of the transaction, not of the connection: behind a pooler, a later unlock could run on
        // another connection.
        const [lock] = await em.execute<{ locked: boolean }[]>(
          'select pg_try_advisory_xact_lock(?) as locked',
          [RETENTION_LOCK],
        );
        if (lock?.locked !== true) return 0;
        const instances = await lockOutdated(em, outdated, cutoffs);
        if (instances.length === 0) return 0;
        await removeInstances(em, instances);
        await removeUnusedTypes(em, instances);
        return instances.length;
      }),
    );
  }

  async #saveDeletion(userId: UserId, deletion: UserDeletion): Promise<void> {
    const revoked = [{ userId, id: null, issuedBefore: tokensRefusedBefore(deletion) }];
    await saveDeletion(this.#database, userId, {
      time: deletion.begunAt,
      isFinished: deletion.finishedAt !== null,
      channel: this.#signals.databaseNotification?.channel ?? '',
      payloads: this.#signals.databaseNotification?.encodeRevoked(revoked) ?? [],
    });
    this.#signals.publishRevoked(revoked);
  }
}

/** Deletes everything that is left of a user who has no instances any more. */
async function removeRemainingRows(em: SqlEntityManager, userId: UserId): Promise<Holdings> {
  const messages = await removeOrphans(em, userId);
  await em.nativeDelete(OpenWaitRow, { userId });
  await em.nativeDelete(IdempotencyRecordRow, { userId });
  await em.nativeDelete(NotificationSettingsRow, { userId });
  await em.nativeDelete(NotificationRow, { userId });
  await em.nativeDelete(AnswerLinkRow, { userId });
  await em.nativeDelete(AuthorizationRecordRow, { userId });
  return {
    agentInstances: 0,
    messages,
    agentTypes: await em.nativeDelete(AgentTypeRow, { userId }),
    apiKeys: await em.nativeDelete(ApiKeyRow, { userId }),
  };
}
