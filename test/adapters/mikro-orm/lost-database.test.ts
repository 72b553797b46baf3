import { expect, test } from 'vitest';
import { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { EmbeddedStorage } from '../../../src/adapters/mikro-orm/database/embedded-storage.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import { openMigratedPglite } from '../../support/servers/migrated-data-dir.ts';

test('after an error that the embedded database does not survive, no statement that waited is sent', async () => {
  const opened = await openMigratedPglite();
  const sent: string[] = [];
  const database = new Database(opened.orm, {
    lanes: 1,
    connections: 1,
    run: async (sql) => {
      sent.push(sql);
      throw new Error('PANIC: could not write to file');
    },
    readSettings: async () => null,
    setUpRequestRole: async () => {},
    tenantIsolation: async () => 'off',
    withMigrationLock: (work) => work(),
    storage: new EmbeddedStorage('data', async () => Number.MAX_SAFE_INTEGER),
  });
  const query = (user: string, sql: string) => database.query([user as UserId], sql, []);
  const results = await Promise.allSettled([
    query('ada', 'select 1'),
    query('ada', 'select 2'),
    query('bob', 'select 3'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(sent).toEqual(['select 1']);
  await opened.close();
});
