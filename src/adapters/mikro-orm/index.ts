/**
 * The entry `@agent-dashboard/server/mikro-orm`: the store in PostgreSQL. It loads no driver: open a database
 * with `/mikro-orm/pglite` or `/mikro-orm/postgres`, and call the store's `migrate` before anything else.
 *
 * Several processes on one PostgreSQL need `PostgresSignals` of `/signals/postgres`, so that each gets the
 * signals of the others.
 */
export type { Database } from './database/database.ts';
export { type PostgresStoreOptions, postgresStore } from './store.ts';
