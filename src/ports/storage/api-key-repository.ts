import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKey, ApiKeyId } from '../../domain/user/api-key.ts';
import type { Revoked } from '../signals/revoked.ts';

/** Which key one update is about, and under which idempotency key it was asked for. */
export interface ApiKeyTarget {
  readonly userId: UserId;
  readonly id: ApiKeyId;
  readonly idempotencyKey?: string | null;
}

export interface ApiKeyDecision<Output> {
  readonly output: Output;
  /** The key as it is to be from now on, new or changed; null: nothing changes. */
  readonly changes: ApiKey | null;
  /** To be written with it. */
  readonly record: IdempotencyRecord | null;
}

/** Pure, and possibly called several times, each time with what is stored by then. */
export type DecideApiKey<Output> = (
  key: ApiKey | null,
  record: IdempotencyRecord | null,
) => ApiKeyDecision<Output>;

/** One key, named by whose it is. */
export interface ApiKeyName {
  readonly userId: UserId;
  readonly id: ApiKeyId;
}

export interface OwnedApiKey {
  readonly userId: UserId;
  readonly key: ApiKey;
}

/** Issued keys. Ids and hashes of another user are as good as ones that do not exist. */
export interface ApiKeyRepository {
  /**
   * Loads the key and the idempotency record, decides, and saves both in one atomic step. Idempotency keys
   * are the user's, the same ones as those of `AgentInstanceRepository`. Of two updates that would write the
   * same key or record, the second sees what the first wrote. A key that becomes revoked is told to
   * `Revocations`, on every process, after the commit.
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was written. A record that
   * exists, and a hash that another key of the user has, stay in the way however often it is decided.
   * @throws PortError `storage_unavailable`; whether it was written is unknown.
   */
  update<Output>(target: ApiKeyTarget, decide: DecideApiKey<Output>): Promise<Output>;

  /** The user's keys, revoked and expired ones included, the newest first, then the highest id. */
  list(userId: UserId): Promise<readonly ApiKey[]>;

  /**
   * Everybody's, in the order of the user ids' bytes, then as `list`. For whoever runs the server, not for a
   * caller.
   */
  listAll(): Promise<readonly OwnedApiKey[]>;

  /** The record of a token: the user's key of this id, and where there is none, the one of this hash. */
  findByToken(
    userId: UserId,
    token: { readonly id: string | null; readonly hash: string },
  ): Promise<ApiKey | null>;

  /**
   * The keys, of whatever user, that were revoked at `time` or later, and the users who are being deleted or were
   * at `time` or later, in any order. One cheap read. A key
   * can be read only once its revocation is committed, which is a while after the time noted in it: whoever
   * asks again and again must ask for more than has passed since.
   */
  revokedSince(time: Date): Promise<readonly Revoked[]>;

  /** Notes when keys were last used; an earlier time than the one noted, or an unknown key, changes nothing. */
  markUsed(uses: readonly (ApiKeyName & { readonly usedAt: Date })[]): Promise<void>;
}
