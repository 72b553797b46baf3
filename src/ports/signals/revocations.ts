import type { Revoked } from './revoked.ts';
import type { Subscription } from './signals.ts';

export type { Revoked, RevokedUser } from './revoked.ts';

/**
 * Publishes revoked API keys and deleted users within the process and, if the adapter connects processes, to
 * all of them. A revocation is a hint: it may come twice, late or, after a lost connection, never. A
 * subscriber that must not miss a revocation also reads `ApiKeyRepository.revokedSince`.
 */
export interface Revocations {
  /** Publishes revocations. The store calls it after the commit. */
  publishRevoked(revoked: readonly Revoked[]): void;
  /** Calls `listener` for each revocation of any user from now on, and never after `close`. */
  onRevoked(listener: (revoked: Revoked) => void): Subscription;
}
