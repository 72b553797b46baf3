import { inject } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import type { TenantIsolation } from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPglite } from '../../../src/adapters/mikro-orm/pglite.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { createDatabaseOf, type Privileges } from './postgres-database.ts';

/** Two processes on one PostgreSQL, as one of the roles that a deployment may connect as. */
const asRole = (privileges: Privileges) => async (): Promise<[Database, Database]> => {
  const url = await createDatabaseOf(inject('postgresUrl'), privileges);
  return [await openPostgres(url), await openPostgres(url)];
};

/**
 * Each kind of database, opened empty and twice, as two processes have it (the embedded one has only one),
 * and how far it keeps tenants apart by itself.
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
      const database = await openPglite('memory://');
      return [database, database];
    },
  ],
  ['PostgreSQL, two processes', 'role', asRole('superuser')],
  ['PostgreSQL as a plain owner', 'forced', asRole('')],
  ['PostgreSQL as an owner whom no policy binds', 'off', asRole('bypassrls')],
];
