import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { entities } from '../../../src/adapters/mikro-orm/schema/entities.ts';
import { DATABASES } from '../../support/postgres/open-databases.ts';

describe.each(DATABASES)('%s', (_name, _isolation, open) => {
  let databases: [Database, Database];

  beforeAll(async () => {
    databases = await open();
    await databases[0].migrate();
  });
  afterAll(() => Promise.all([...new Set(databases)].map((database) => database.close())));

  test('the migrations create the schema that the entities describe', async () => {
    expect(await databases[0].pendingMigrations()).toEqual([]);
    // Without the option `safe`, which would hide a column that only the migration creates.
    expect(await databases[0].orm.schema.getUpdateSchemaSQL({ safe: false })).toBe('');
  });

  test('every table forces row level security, and has the storage that its use needs', async () => {
    const tables = await databases[0].orm.em.fork().execute(
      `select relname as name, relforcerowsecurity as forced, relpersistence = 'u' as unlogged, reloptions as options
       from pg_class where relname in (?)`,
      [entities.map(({ meta }) => meta.tableName)],
    );
    const unlogged = ['open_waits', 'waiting_processes'];
    const expected = entities.map(({ meta: { tableName: name } }) => ({
      name,
      forced: true,
      unlogged: unlogged.includes(name),
      options: name === 'agent_instances' ? ['fillfactor=70'] : null,
    }));
    expect(tables).toHaveLength(entities.length);
    expect(tables).toEqual(expect.arrayContaining(expected));
  });
});
