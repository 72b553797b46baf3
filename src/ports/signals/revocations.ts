import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { Subscription } from './signals.ts';

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
export type Revocation = RevokedKey | RevokedUser;

/**
 * Publishes revoked API keys and deleted users within the process and, if the adapter connects processes, to
 * all of them. A revocation is a hint: it may come twice, late or, after a lost connection, never. A
 * subscriber that must not miss a revocation also reads `ApiKeyRepository.revokedSince`.
 */
export interface Revocations {
  /** Publishes revocations. The store calls this method after the commit. */
  publishRevoked(revoked: readonly Revocation[]): void;
  /** Calls `listener` for each revocation of any user from now on, and never after `close`. */
  onRevoked(listener: (revoked: Revocation) => void): Subscription;
}
