import type { RetentionCutoffs } from '../../domain/conversation/retention.ts';
import type { UserId } from '../../domain/ids.ts';
import type { UserDeletion } from '../../domain/user/user-deletion.ts';

/** How much is kept of a user. */
export interface Holdings {
  readonly agentTypes: number;
  readonly agentInstances: number;
  readonly messages: number;
  readonly apiKeys: number;
}

export interface DeletedUser extends UserDeletion {
  readonly userId: UserId;
}

/** Removes for good what the other ports keep. */
export interface DataRemoval {
  /** What there is of a user right now. */
  holdings(userId: UserId): Promise<Holdings>;

  /**
   * Notes that the user is being deleted, also where that was done before, and tells `Revocations`, on every
   * process, after the commit: from then on all tokens of the user are refused. Deletes nothing yet.
   */
  begin(userId: UserId, time: Date): Promise<void>;

  /**
   * Deletes a part of what there is of a user: agent instances, each with all its messages in one atomic step,
   * and after the last of them the agent types, idempotency records, keys and waits. An update of an instance
   * that runs meanwhile is made before, and what it wrote goes with the instance, or after, and finds nothing.
   * @returns what was deleted; all zero when nothing was left.
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was deleted.
   */
  deleteSome(userId: UserId): Promise<Holdings>;

  /** Notes that nothing is left and nobody writes any more; told to `Revocations` as well. */
  finish(userId: UserId, time: Date): Promise<void>;

  /** null for a user who never was deleted. */
  find(userId: UserId): Promise<UserDeletion | null>;

  /** Deletions that were begun and not finished, of whatever user. */
  unfinished(): Promise<readonly DeletedUser[]>;

  /**
   * Deletes some of the outdated instances, of whatever user, each with all its messages in one atomic step. One
   * that is being changed at this moment is left for another time. Where several processes share the store one
   * of them does this at a time: to the others there is nothing to do.
   * @returns how many; 0 when none is left.
   */
  deleteOutdated(outdated: RetentionCutoffs): Promise<number>;
}
