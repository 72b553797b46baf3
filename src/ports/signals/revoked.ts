import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';

export interface RevokedKey {
  readonly userId: UserId;
  readonly id: ApiKeyId;
}

/** Every token of a user who was deleted that was issued before a time; null: all of them, for now. */
export interface RevokedUser {
  readonly userId: UserId;
  readonly id: null;
  readonly issuedBefore: Date | null;
}

/** What is no longer accepted: one key, or all that a user had. */
export type Revoked = RevokedKey | RevokedUser;
