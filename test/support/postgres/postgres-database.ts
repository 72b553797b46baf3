import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * Creates an empty database on a server and returns its URL. The database is removed with the server.
 * @param options the options of the SQL command, such as the encoding.
 */
export async function createDatabase(serverUrl: string, options = ''): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name} ${options}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The privileges of a role besides owning its database. */
export type Privileges = 'superuser' | 'createrole' | 'bypassrls' | '';

/** Creates an empty database owned by a new role with these privileges, and returns the URL for that role. */
export async function createDatabaseWithRole(serverUrl: string, privileges: Privileges): Promise<string> {
  const url = new URL(await createDatabase(serverUrl));
  const database = url.pathname.slice(1);
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  url.username = `owner_of_${database}`;
  url.password = 'password';
  await client.query(`create role ${url.username} login ${privileges} password '${url.password}'`);
  await client.query(`alter database ${database} owner to ${url.username}`);
  await client.end();
  return url.href;
}
