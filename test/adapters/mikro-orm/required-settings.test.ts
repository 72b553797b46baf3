import pg from 'pg';
import { expect, inject, test } from 'vitest';
import {
  type DatabaseSettings,
  problemsOf,
} from '../../../src/adapters/mikro-orm/database/required-settings.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { createDatabaseWithRole } from '../../support/postgres/postgres-database.ts';

const RIGHT: DatabaseSettings = {
  version: 140_000,
  version_text: '14.0',
  role: 'agents',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  date_style: 'ISO, MDY',
  standard_conforming_strings: 'on',
  row_security: 'on',
  is_standby: false,
  is_read_only: false,
  schema: 'public',
  may_create: true,
};

test('a database with the right settings is accepted, and so is one without tables to make', () => {
  for (const changes of ['none', 'rows', 'tables'] as const) expect(problemsOf(RIGHT, changes)).toEqual([]);
  expect(problemsOf({ ...RIGHT, may_create: false }, 'rows')).toEqual([]);
  expect(problemsOf({ ...RIGHT, is_standby: true, is_read_only: true }, 'none')).toEqual([]);
});

test.each<[Partial<DatabaseSettings>, string]>([
  [{ version: 130_010, version_text: '13.10' }, 'must be PostgreSQL 14 or later, not 13.10'],
  [{ server_encoding: 'LATIN1' }, 'must have the encoding UTF8, not LATIN1'],
  [{ client_encoding: 'SQL_ASCII' }, 'must use client_encoding = UTF8, not SQL_ASCII'],
  [{ date_style: 'SQL, DMY' }, 'must use DateStyle = ISO, not SQL'],
  [{ standard_conforming_strings: 'off' }, 'must use standard_conforming_strings = on, not off'],
  [{ row_security: 'off' }, 'must use row_security = on, not off'],
  [{ is_standby: true, is_read_only: true }, 'is a standby'],
  [{ is_read_only: true }, 'can only be read by the role agents'],
  [{ schema: null, may_create: false }, 'search_path of the role agents'],
  [{ may_create: false }, 'grant create on schema public to agents'],
])('a database with %j is refused once, with what to do', (settings, problem) => {
  const problems = problemsOf({ ...RIGHT, ...settings }, 'tables');
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test('settings that a role or a database has changed do not apply to the connections of the server', async () => {
  const url = new URL(await createDatabaseWithRole(inject('postgresUrl'), ''));
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query(`alter role ${url.username} set datestyle = 'SQL, DMY'`);
  await client.query(`alter role ${url.username} set row_security = off`);
  await client.query(`alter role ${url.username} set client_encoding = 'LATIN1'`);
  await client.end();
  const database = await openPostgres(url.href);
  expect(await database.migrate()).not.toEqual([]);
  await database.close();
});
