import { Initial } from './20261128-initial.ts';
import { AddLease } from './20261129-lease.ts';
import { IndexOpenInstances } from './20261130-open-instances.ts';

/** The table in which the database stores which migrations have run. */
export const MIGRATIONS_TABLE = 'agent_dashboard_migrations';

/**
 * All migrations, in the order in which they run. The database stores the names, so a released name never
 * changes.
 */
export const migrations = [
  { name: '20261128-initial', class: Initial },
  { name: '20261129-lease', class: AddLease },
  { name: '20261130-open-instances', class: IndexOpenInstances },
];
