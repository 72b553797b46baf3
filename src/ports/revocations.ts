import type { ApiKeyName } from './api-key-repository.ts';
import type { Subscription } from './signals.ts';

/**
 * Tells of keys that were revoked, on every process where the adapter spans them. A hint: one may come twice,
 * late or, after a lost connection, never, so whoever must know also reads `ApiKeyRepository.revokedSince`.
 */
export interface Revocations {
  /** Called by the store after its commit. */
  publishRevoked(keys: readonly ApiKeyName[]): void;
  /** Calls `listener` for each key of whatever user from now on, and never after `close`. */
  onRevoked(listener: (key: ApiKeyName) => void): Subscription;
}
