import type { Observer } from '../../ports/observer.ts';
import type { Logger } from '../../ports/runtime.ts';
import type { StoreSignals } from '../../ports/signals/store-signals.ts';
import type { CompleteStore } from '../../ports/store.ts';
import type { Database } from './database/database.ts';
import { MikroOrmAgentInstanceRepository } from './repositories/agent-instance-repository.ts';
import { MikroOrmApiKeyRepository } from './repositories/api-key-repository.ts';
import { MikroOrmAuthorizationRepository } from './repositories/authorization-repository.ts';
import { MikroOrmDashboardQueries } from './repositories/dashboard-queries.ts';
import { MikroOrmDataRemoval } from './repositories/data-removal.ts';
import { MikroOrmNotificationRepository } from './repositories/notification-repository.ts';
import { MikroOrmSharedWaits } from './repositories/shared-waits.ts';
import { currentVersions } from './statements/conversations/current-versions.ts';
import { versionsOfUsers } from './statements/conversations/progress.ts';

export interface PostgresStoreOptions {
  /** An open database: `openPglite` or `openPostgres`. The store closes it. */
  readonly database: Database;
  /**
   * `InProcessSignals` when this process is the only one on the database, otherwise `PostgresSignals`. Call
   * the `start` of `PostgresSignals` with the store's `versions` when the schema is up to date.
   */
  readonly signals: StoreSignals;
  readonly logger: Pick<Logger, 'warn'>;
  /** Receives a report of every group commit. */
  readonly observer?: Observer | null;
}

/** Makes the store in PostgreSQL or PGlite. Call its `migrate` before anything else. */
export function postgresStore({
  database,
  signals,
  logger,
  observer = null,
}: PostgresStoreOptions): CompleteStore {
  const sharedWaits =
    signals.databaseNotification === null ? null : new MikroOrmSharedWaits({ database, logger });
  const notifications = new MikroOrmNotificationRepository(
    database,
    new MikroOrmNotificationRepository(database.inBackground()),
  );
  const onNotificationsDue = () => notifications.announceDue();
  return {
    repository: new MikroOrmAgentInstanceRepository({ database, signals, observer, onNotificationsDue }),
    queries: new MikroOrmDashboardQueries(database),
    apiKeys: new MikroOrmApiKeyRepository({ database, signals }),
    removal: new MikroOrmDataRemoval({ database, signals }),
    notifications,
    authorizations: new MikroOrmAuthorizationRepository(database),
    signals,
    sharedWaits,
    versions: {
      currentVersions: (instances) => currentVersions(database, instances),
      versionsOfUsers: (users) => versionsOfUsers(database, users),
    },
    migrate: () => database.migrate(),
    async close() {
      await sharedWaits?.close();
      await database.close();
    },
  };
}
