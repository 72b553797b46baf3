import type { Revocations } from './revocations.ts';
import type { Revoked } from './revoked.ts';
import type { Signal, Signals } from './signals.ts';

/**
 * How a store notifies the other processes of its database, inside the statement that saves a change: so they hear of a
 * change exactly when it is visible.
 */
export interface DatabaseNotification {
  readonly channel: string;
  /** Returns the payloads for these signals, each under 8,000 bytes: PostgreSQL's limit for one notification. */
  encodeSignals(signals: readonly Signal[]): readonly string[];
  /** Returns the payloads for these revocations, within the same limit. */
  encodeRevoked(revoked: readonly Revoked[]): readonly string[];
}

/** What a store publishes its changes to. */
export interface StoreSignals extends Signals, Revocations {
  /** Null where this process is the only one on the store: then nothing is notified through the database. */
  readonly databaseNotification: DatabaseNotification | null;
}
