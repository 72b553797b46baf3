/**
 * The entry `agent-dashboard-server/mikro-orm`: the stores in PostgreSQL. It loads no driver; open a database
 * by `/mikro-orm/pglite` or `/mikro-orm/postgres`, and call its `migrate` before anything else.
 *
 * Several processes on one PostgreSQL hear of each other's changes through `PostgresSignals` of
 * `/signals/postgres`. Its two reads are `currentVersions` and `progressOfUsers`, and the repositories take
 * what it sends as `notify: { channel: CHANNEL, encode: encodeSignals }`, or `encodeRevoked` for keys.
 */

export type { Database } from './database/database.ts';
export {
  MikroOrmAgentInstanceRepository,
  type NotifyOptions,
  type RepositoryOptions,
} from './repositories/agent-instance-repository.ts';
export { type ApiKeyRepositoryOptions, MikroOrmApiKeyRepository } from './repositories/api-key-repository.ts';
export { MikroOrmDashboardQueries } from './repositories/dashboard-queries.ts';
export {
  type DataRemovalOptions,
  MikroOrmDataRemoval,
  type NotifyDeletedOptions,
} from './repositories/data-removal.ts';
export { SharedWaits, type SharedWaitsOptions } from './repositories/shared-waits.ts';
export { currentVersions } from './statements/conversations/current-versions.ts';
export { progressOfUsers } from './statements/conversations/progress.ts';
