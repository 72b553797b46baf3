import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  REQUEST_ROLE,
  type TenantIsolation,
} from '../../../src/adapters/mikro-orm/database/tenant-isolation.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { userId } from '../../../src/domain/ids.ts';
import { createDatabaseWithRole, type Privileges } from '../../support/postgres/postgres-database.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres/postgres-server.ts';

/** The tests of this file have their own PostgreSQL server, because roles belong to a whole server. */
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres(['-c', 'fsync=off']);
});
afterAll(() => server.stop());

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Opens the database, migrates it and reads something, as a process does. Returns what it reports. */
async function isolationAt(url: string): Promise<TenantIsolation> {
  const database = await openPostgres(url);
  try {
    await database.migrate();
    await database.query([userId('ada')], 'select * from messages', []);
    return await database.tenantIsolation();
  } finally {
    await database.close();
  }
}

const ownerOf = (url: string): string => new URL(url).username;

test('without a role to switch to, the policies are forced on the owner, and an exempt role is not bound', async () => {
  expect(await isolationAt(await createDatabaseWithRole(server.url, ''))).toBe('forced');
  expect(await isolationAt(await createDatabaseWithRole(server.url, 'bypassrls'))).toBe('off');
});

test.each(['createrole', 'superuser'] as const)(
  'processes of several databases that start at the same time all create the role, as %s',
  async (privileges) => {
    await asSuperuser(
      `do $$ begin
         if exists (select from pg_roles where rolname = '${REQUEST_ROLE}') then
           execute 'drop role ${REQUEST_ROLE}';
         end if;
       end $$`,
    );
    const urls = [];
    for (let nth = 0; nth < 4; nth += 1) urls.push(await createDatabaseWithRole(server.url, privileges));
    const reported = await Promise.all([...urls, ...urls].map(isolationAt));
    // If several owners without further rights share a server, only the creator of the role may use it.
    const maker = reported.filter((isolation) => isolation === 'role');
    if (privileges === 'superuser') expect(maker).toHaveLength(reported.length);
    else expect(reported.toSorted()).toEqual([...Array(6).fill('forced'), 'role', 'role']);
    for (const url of urls) await asSuperuser(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
  },
);

test.each<Privileges>(['', 'bypassrls'])(
  'an owner (%j) who was granted the role uses it',
  async (privileges) => {
    expect(await isolationAt(await createDatabaseWithRole(server.url, 'superuser'))).toBe('role');
    const url = await createDatabaseWithRole(server.url, privileges);
    expect(await isolationAt(url)).not.toBe('role');
    await asSuperuser(`grant ${REQUEST_ROLE} to ${ownerOf(url)}`);
    expect(await isolationAt(url)).toBe('role');
  },
);

test('a server may connect as a role that owns nothing, if another role migrates', async () => {
  const url = new URL(await createDatabaseWithRole(server.url, 'superuser'));
  expect(await isolationAt(url.href)).toBe('role');
  await asSuperuser(`create role app login password 'app'`, `grant ${REQUEST_ROLE} to app`);
  url.username = 'app';
  url.password = 'app';
  expect(await isolationAt(url.href)).toBe('role');
});

test('the isolation is read again after a migration, and after a failure', async () => {
  const url = new URL(await createDatabaseWithRole(server.url, 'superuser'));
  const name = url.pathname.slice(1);
  await asSuperuser(`alter database ${name} rename to ${name}_away`);
  const database = await openPostgres(url.href);
  await expect(database.tenantIsolation()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await asSuperuser(`alter database ${name}_away rename to ${name}`);
  expect(await database.tenantIsolation()).toBe('off');
  await database.migrate();
  expect(await database.tenantIsolation()).toBe('role');
  await database.close();
});

test('a request role to which policies do not apply is not used', async () => {
  const url = await createDatabaseWithRole(server.url, '');
  await asSuperuser(`grant ${REQUEST_ROLE} to ${ownerOf(url)}`, `alter role ${REQUEST_ROLE} bypassrls`);
  expect(await isolationAt(url)).toBe('forced');
  await asSuperuser(`alter role ${REQUEST_ROLE} nobypassrls`);
  expect(await isolationAt(url)).toBe('role');
});

test('the request role is not used for tables in a schema that only the owner finds', async () => {
  const url = await createDatabaseWithRole(server.url, '');
  const owner = ownerOf(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create schema ${owner}`);
  await client.end();
  await asSuperuser(`grant ${REQUEST_ROLE} to ${owner}`);
  expect(await isolationAt(url)).toBe('forced');
});
