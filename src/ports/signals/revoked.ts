import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';

/** A revoked API key. */
export interface RevokedKey {
  readonly userId: UserId;
  readonly id: ApiKeyId;
}

/** A deleted user, whose tokens are refused. */
export interface RevokedUser {
  readonly userId: UserId;
  /** null, because all keys of the user are refused, not one of them. */
  readonly id: null;
  /**
   * Tokens that were issued before this time are refused; null: all tokens, because the deletion still runs.
   */
  readonly issuedBefore: Date | null;
}

/** One revoked API key, or a deleted user whose tokens are refused. */
export type Revoked = RevokedKey | RevokedUser;
