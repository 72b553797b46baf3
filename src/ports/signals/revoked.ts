import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';

export interface RevokedKey {
  readonly userId: UserId;
  readonly id: ApiKeyId;
}

/**
 * All tokens of a deleted user that were issued before a time; null: all of them, while the deletion runs.
 */
export interface RevokedUser {
  readonly userId: UserId;
  readonly id: null;
  readonly issuedBefore: Date | null;
}

/** What is no longer accepted: one API key, or all tokens that a user had. */
export type Revoked = RevokedKey | RevokedUser;
