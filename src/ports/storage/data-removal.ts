import type { RetentionCutoffs } from '../../domain/conversation/retention.ts';
import type { UserId } from '../../domain/ids.ts';
import type { UserDeletion } from '../../domain/user/user-deletion.ts';

/** How much is stored of a user. */
export interface Holdings {
  readonly agentTypes: number;
  readonly agentInstances: number;
  readonly messages: number;
  readonly apiKeys: number;
}

/** The record of a deletion, with its user. */
export interface DeletedUser extends UserDeletion {
  readonly userId: UserId;
}

/** Deletes for good what the other ports store. */
export interface DataRemoval {
  /** Counts what is stored of a user now. */
  holdings(userId: UserId): Promise<Holdings>;

  /**
   * Records that the deletion of the user has begun. After the commit, it publishes a `RevokedUser` to
   * `Revocations` on every process: from then on all tokens of the user are refused. It deletes no data yet.
   * Calling it again is allowed.
   */
  beginUserDeletion(userId: UserId, time: Date): Promise<void>;

  /**
   * Deletes a part of what is stored of a user: some agent instances, each with all its messages in one
   * atomic step. When no instance is left, it deletes the agent types, idempotency records, API keys, waits,
   * notifications, their settings and links, and what the authorization server keeps. An update of an
   * instance that runs at the same time either comes first, and what the update wrote is deleted with the
   * instance, or comes later and finds no instance.
   * @returns what was deleted; all zero when nothing was left.
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was deleted.
   */
  deleteSome(userId: UserId): Promise<Holdings>;

  /**
   * Records that the deletion of the user is finished, and publishes a `RevokedUser` again. Call it when
   * nothing is left and no process writes for the user any more.
   */
  finishUserDeletion(userId: UserId, time: Date): Promise<void>;

  /** Returns the record of the user's deletion; null for a user who was never deleted. */
  findUserDeletion(userId: UserId): Promise<UserDeletion | null>;

  /** Returns all deletions that have begun but are not finished, of any user, the oldest first. */
  listUnfinishedDeletions(): Promise<readonly DeletedUser[]>;

  /**
   * Deletes some of the instances that are outdated by `cutoffs`, of all users, each with all its messages in
   * one atomic step. An instance that is being changed at this moment is left for the next call. Where
   * several processes share the store, only one of them at a time deletes; the others return 0.
   * @returns how many were deleted; 0 when none is left.
   */
  deleteOutdated(cutoffs: RetentionCutoffs): Promise<number>;
}
