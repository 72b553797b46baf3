import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';

/** Identifies one record. The id itself, which may be a token, is never stored. */
export interface AuthorizationRecordKey {
  /** What the record is about, such as a client, a request, a code or a refresh token. */
  readonly kind: string;
  /** SHA-256 of the id, in base64url. */
  readonly idHash: string;
}

/** What the authorization server keeps about one client, request, code or token. */
export interface AuthorizationRecord extends AuthorizationRecordKey {
  /** null as long as it is not known who the record is about. */
  readonly userId: UserId | null;
  /** The API key that was made when the person allowed the access; null: none. */
  readonly grantId: ApiKeyId | null;
  /** SHA-256 of the code that a person types in to connect a device, in base64url; null: none. */
  readonly userCodeHash: string | null;
  readonly payload: { readonly [name: string]: unknown };
  readonly expiresAt: Date;
  /** When the record was used up; null: not yet. */
  readonly usedAt: Date | null;
}

/**
 * Stores what the authorization server keeps between two requests. Whoever knows the id of a record may read
 * it, so records are found without a user.
 * @throws PortError `storage_unavailable` from every method; a change may or may not have been written.
 */
export interface AuthorizationRepository {
  /** Saves a record. One with the same key is replaced, but what was used stays used. */
  save(record: Omit<AuthorizationRecord, 'usedAt'>): Promise<void>;

  /** Returns the record, also an expired one; null if it does not exist. */
  find(key: AuthorizationRecordKey): Promise<AuthorizationRecord | null>;

  /** Returns the record of this kind with this code of a device. */
  findByUserCode(kind: string, userCodeHash: string): Promise<AuthorizationRecord | null>;

  /**
   * Notes that a record is used up. Of several calls at the same time, also on several processes, exactly one
   * returns true.
   * @returns false if it was used before, or does not exist.
   */
  use(key: AuthorizationRecordKey, time: Date): Promise<boolean>;

  /** Keeps a record at least until this time. Does nothing if it does not exist. */
  prolong(key: AuthorizationRecordKey, expiresAt: Date): Promise<void>;

  delete(key: AuthorizationRecordKey): Promise<void>;

  /** Deletes all records of a grant. */
  deleteByGrant(grantId: ApiKeyId): Promise<void>;

  /**
   * Deletes records that expired before `time`, of all users. At most some at a time.
   * @returns how many were deleted.
   */
  deleteExpired(time: Date): Promise<number>;
}
