import type { StoreSignals } from './signals/store-signals.ts';
import type { AgentInstanceRepository } from './storage/agent-instance-repository.ts';
import type { ApiKeyRepository } from './storage/api-key-repository.ts';
import type { AuthorizationRepository } from './storage/authorization-repository.ts';
import type { DashboardQueries } from './storage/dashboard-queries.ts';
import type { DataRemoval } from './storage/data-removal.ts';
import type { NotificationRepository } from './storage/notification-repository.ts';
import type { SharedWaits } from './storage/shared-waits.ts';
import type { Versions } from './storage/versions.ts';

/**
 * All storage as one object: all parts read and write the same data. Code that needs storage takes the whole
 * store, so that no part can be forgotten. A part that an application does not use is set to null.
 */
export interface Store {
  readonly repository: AgentInstanceRepository;
  readonly queries: DashboardQueries;
  /** null if no API keys are stored. Tokens then come from another system and cannot be revoked here. */
  readonly apiKeys: ApiKeyRepository | null;
  /** null if the store never removes anything. */
  readonly removal: DataRemoval | null;
  /**
   * The store publishes its changes here, and others subscribe here. Closing the store does not close the
   * signals.
   */
  readonly signals: StoreSignals;
  /** null if nobody is notified. */
  readonly notifications: NotificationRepository | null;
  /** null if this store has no authorization server. */
  readonly authorizations: AuthorizationRepository | null;
  /** null if this process is the only one that uses the store. */
  readonly sharedWaits: SharedWaits | null;
  readonly versions: Versions;

  /**
   * Brings the schema up to date. Several processes that start at once take turns.
   * @returns the names of the migrations that ran.
   */
  migrate(): Promise<readonly string[]>;

  /** Closes what the store has opened. The store must not be used afterwards. */
  close(): Promise<void>;
}

/** A store with all its parts. The stores of this package are complete. */
export interface CompleteStore extends Store {
  readonly apiKeys: ApiKeyRepository;
  readonly removal: DataRemoval;
  readonly notifications: NotificationRepository;
  readonly authorizations: AuthorizationRepository;
}
