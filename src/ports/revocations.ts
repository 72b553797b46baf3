import type { UserId } from '../domain/ids.ts';
import type { ApiKeyName } from './api-key-repository.ts';
import type { Subscription } from './signals.ts';

/** Every token of a user who was deleted that was issued before a time; null: all of them, for now. */
export interface RevokedUser {
  readonly userId: UserId;
  readonly id: null;
  readonly issuedBefore: Date | null;
}

/** What is no longer accepted: one key, or all that a user had. */
export type Revoked = ApiKeyName | RevokedUser;

/**
 * Tells of keys that were revoked, on every process where the adapter spans them. A hint: one may come twice,
 * late or, after a lost connection, never, so whoever must know also reads `ApiKeyRepository.revokedSince`.
 */
export interface Revocations {
  /** Called by the store after its commit. */
  publishRevoked(keys: readonly Revoked[]): void;
  /** Calls `listener` for each key of whatever user from now on, and never after `close`. */
  onRevoked(listener: (key: Revoked) => void): Subscription;
}
