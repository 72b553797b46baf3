/** The entry `@agent-dashboard/server/signals/postgres`: signals between all processes on one PostgreSQL. */
export {
  PostgresSignals,
  type PostgresSignalsOptions,
  type PostgresSignalsTiming,
} from './postgres-signals.ts';
