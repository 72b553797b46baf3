import { Initial } from './20261128-initial.ts';

/** The database remembers in this table which migrations have run. */
export const MIGRATIONS_TABLE = 'agent_dashboard_migrations';

/** In the order in which they run. The database remembers the names, so a released name never changes. */
export const migrations = [{ name: '20261128-initial', class: Initial }];
