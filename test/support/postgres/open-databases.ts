import { inject } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import type { TenantIsolation } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { openMigratedPglite } from '../servers/migrated-data-dir.ts';
import { createDatabaseWithRole, type Privileges } from './postgres-database.ts';

/** Returns a function that opens one PostgreSQL database twice, like two processes, with these privileges. */
const asRole = (privileges: Privileges) => async (): Promise<[Database, Database]> => {
  const url = await createDatabaseWithRole(inject('postgresUrl'), privileges);
  return [await openPostgres(url), await openPostgres(url)];
};

/**
 * Each kind of database, and how it separates tenants. `open` opens an empty database twice, like two
 * processes. Only one process can open the embedded database, so `open` returns the same one twice.
 */
export const DATABASES: [
  name: string,
  isolation: TenantIsolation,
  open: () => Promise<[Database, Database]>,
][] = [
  [
    'PGlite',
    'off',
    async () => {
      const database = await openMigratedPglite();
      return [database, database];
    },
  ],
  ['PostgreSQL, two processes', 'role', asRole('superuser')],
  ['PostgreSQL as a plain owner', 'forced', asRole('')],
  ['PostgreSQL as an owner whom no policy binds', 'off', asRole('bypassrls')],
];
