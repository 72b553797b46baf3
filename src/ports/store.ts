import type { StoreSignals } from './signals/store-signals.ts';
import type { AgentInstanceRepository } from './storage/agent-instance-repository.ts';
import type { ApiKeyRepository } from './storage/api-key-repository.ts';
import type { DashboardQueries } from './storage/dashboard-queries.ts';
import type { DataRemoval } from './storage/data-removal.ts';
import type { SharedWaits } from './storage/shared-waits.ts';
import type { Versions } from './storage/versions.ts';

/**
 * Everything that is kept, as one thing: all parts read and write the same data. Whoever needs storage takes the whole
 * store, so that no part can be forgotten. A part that an application does without is an explicit null.
 */
export interface Store {
  readonly repository: AgentInstanceRepository;
  readonly queries: DashboardQueries;
  /** Null where no API keys are kept: tokens then come from elsewhere and cannot be revoked here. */
  readonly apiKeys: ApiKeyRepository | null;
  /** Null where nothing is ever removed. */
  readonly removal: DataRemoval | null;
  /** Where the store publishes its changes, and where others subscribe to them. The store does not close it. */
  readonly signals: StoreSignals;
  /** Null where this process is the only one on the store. */
  readonly sharedWaits: SharedWaits | null;
  readonly versions: Versions;

  /**
   * Brings the schema up to date. Several processes that start at once take turns.
   * @returns the names of the migrations that ran.
   */
  migrate(): Promise<readonly string[]>;

  /** Closes what the store has opened. No call may follow. */
  close(): Promise<void>;
}

/** A store with all its parts, as the package's own ones are. */
export interface CompleteStore extends Store {
  readonly apiKeys: ApiKeyRepository;
  readonly removal: DataRemoval;
}
