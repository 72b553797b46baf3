import type { DeliverySignals } from './delivery-signals.ts';
import type { Revocation, Revocations } from './revocations.ts';
import type { Signal, Signals } from './signals.ts';

/**
 * Tells a store how to notify the other processes that use its database. The store notifies them in the same
 * statement that saves a change, so they are notified exactly when the change becomes visible.
 */
export interface DatabaseNotification {
  readonly channel: string;
  /**
   * Returns the payloads for these signals, each under 8,000 bytes: PostgreSQL's limit for one notification.
   */
  encodeSignals(signals: readonly Signal[]): readonly string[];
  /** Returns the payloads for these revocations, each under 8,000 bytes too. */
  encodeRevoked(revoked: readonly Revocation[]): readonly string[];
}

/** Receives the signals and revocations that a store publishes, and what becomes of notifications. */
export interface StoreSignals extends Signals, Revocations, DeliverySignals {
  /** null if only this process uses the store, so that no other process has to be notified. */
  readonly databaseNotification: DatabaseNotification | null;
}
