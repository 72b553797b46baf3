import { ApiKeys } from './20261122-api-keys.ts';
import { DataRemoval } from './20261122-data-removal.ts';
import { People } from './20261122-people.ts';
import { RowLevelSecurity } from './20261122-row-level-security.ts';
import { WriteSide } from './20261122-write-side.ts';

/** What has run is remembered here. */
export const MIGRATIONS_TABLE = 'agent_dashboard_migrations';

/** In the order they run. A name, once released, never changes: it is what the database remembers. */
export const migrations = [
  { name: '20261122-write-side', class: WriteSide },
  { name: '20261122-api-keys', class: ApiKeys },
  { name: '20261122-people', class: People },
  { name: '20261122-row-level-security', class: RowLevelSecurity },
  { name: '20261122-data-removal', class: DataRemoval },
];
