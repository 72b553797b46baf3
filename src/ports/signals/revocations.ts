import type { Revoked } from './revoked.ts';
import type { Subscription } from './signals.ts';

export type { Revoked, RevokedUser } from './revoked.ts';

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
