import type { ApiKeyName } from './api-key-repository.ts';
import type { Subscription } from './signals.ts';

/**
 * Tells of keys that were revoked, on every process where the adapter spans them. A hint like `Signals`: one
 * may be missed, so whoever must know also reads `ApiKeyRepository.revokedSince`.
 */
export interface Revocations {
  /** Called by the store after its commit. */
  publishRevoked(keys: readonly ApiKeyName[]): void;
  onRevoked(listener: (key: ApiKeyName) => void): Subscription;
}
