import { inject } from 'vitest';
import type { Database } from '../../src/adapters/mikro-orm/database.ts';
import { openPglite } from '../../src/adapters/mikro-orm/pglite.ts';
import { openPostgres } from '../../src/adapters/mikro-orm/postgres.ts';
import { createDatabase } from './postgres-database.ts';

/** Each kind of database, opened empty and twice, as two processes have it; the embedded one has only one. */
export const DATABASES: [name: string, open: () => Promise<[Database, Database]>][] = [
  [
    'PGlite',
    async () => {
      const database = await openPglite('memory://');
      return [database, database];
    },
  ],
  [
    'PostgreSQL, two processes',
    async () => {
      const url = await createDatabase(inject('postgresUrl'));
      return [await openPostgres(url), await openPostgres(url)];
    },
  ],
];
