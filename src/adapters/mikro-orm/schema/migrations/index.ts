import { Initial } from './20261128-initial.ts';
import { AddLease } from './20261129-lease.ts';
import { IndexOpenInstances } from './20261130-open-instances.ts';
import { AddQuestionShapes } from './20261201-question-shapes.ts';
import { AddNotifications } from './20261202-notifications.ts';
import { AddOAuth } from './20261203-oauth.ts';
import { AddAgentContext } from './20261204-agent-context.ts';

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
  { name: '20261201-question-shapes', class: AddQuestionShapes },
  { name: '20261202-notifications', class: AddNotifications },
  { name: '20261203-oauth', class: AddOAuth },
  { name: '20261204-agent-context', class: AddAgentContext },
];
