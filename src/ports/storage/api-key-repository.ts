import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKey, ApiKeyId } from '../../domain/user/api-key.ts';
import type { Revocation } from '../signals/revocations.ts';

/** Which API key one update is about, and the idempotency key of the request, if it has one. */
export interface ApiKeyTarget {
  readonly userId: UserId;
  readonly id: ApiKeyId;
  readonly idempotencyKey?: string | null;
}

/** The result of deciding one update. */
export interface ApiKeyDecision<Output> {
  readonly output: Output;
  /** The new or changed API key; null: nothing changes. */
  readonly changes: ApiKey | null;
  /** The idempotency record that is written together with the change; null: none. */
  readonly record: IdempotencyRecord | null;
}

/**
 * Decides what one update changes. The function must be pure: after a conflict with another change it is
 * called again with the newer state.
 */
export type DecideApiKey<Output> = (
  key: ApiKey | null,
  record: IdempotencyRecord | null,
) => ApiKeyDecision<Output>;

/** Identifies one API key. */
export interface ApiKeyRef {
  readonly userId: UserId;
  readonly id: ApiKeyId;
}

/** An API key, with the user that it belongs to. */
export interface OwnedApiKey {
  readonly userId: UserId;
  readonly key: ApiKey;
}

/** Loads and saves issued API keys. Ids and hashes of another user behave like ones that do not exist. */
export interface ApiKeyRepository {
  /**
   * Loads the API key and the idempotency record, calls `decide`, and saves the key and the record that
   * `decide` returns, in one atomic step. Idempotency keys belong to the user and are shared with
   * `AgentInstanceRepository`. Of two updates that would write the same API key or record, the second sees
   * what the first wrote. When a key becomes revoked, the store publishes that to `Revocations` after the
   * commit, on every process.
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was written. In two cases a
   * repeated call fails again: the record exists already, or another key of the user has the same token hash.
   * @throws PortError `storage_unavailable`; the change may or may not have been written.
   */
  update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output>;

  /**
   * Returns the user's keys, revoked and expired ones included. The newest key is first; of keys with the
   * same time, the one with the highest id.
   */
  list(userId: UserId): Promise<readonly ApiKey[]>;

  /**
   * Returns the keys of all users, sorted by the bytes of the user id; the keys of one user are sorted as in
   * `list`. It is for the operator of the server, never for a caller.
   */
  listAll(): Promise<readonly OwnedApiKey[]>;

  /**
   * Returns the record of a token: the user's key with this id or, if there is none, the one with this hash.
   */
  findByToken(
    userId: UserId,
    token: { readonly id: string | null; readonly hash: string },
  ): Promise<ApiKey | null>;

  /**
   * Returns, in any order and over all users, the keys that were revoked at `time` or later, and the users
   * who are being deleted or whose deletion ended at `time` or later. It is one cheap read. A revocation
   * becomes visible when it is committed, a little later than its `revokedAt`. So a caller that reads at an
   * interval must pass a `time` that is a little before its last read.
   */
  revokedSince(time: Date): Promise<readonly Revocation[]>;

  /** Records when keys were last used. Ignores times before the recorded one, and unknown keys. */
  markUsed(uses: readonly (ApiKeyRef & { readonly usedAt: Date })[]): Promise<void>;
}
