import { inspect } from 'node:util';
import pg from 'pg';
import { inject } from 'vitest';
import { InMemoryAgentInstanceRepository } from '../../../src/adapters/in-memory/agent-instance-repository.ts';
import { InMemoryApiKeyRepository } from '../../../src/adapters/in-memory/api-key-repository.ts';
import { InMemoryDashboardQueries } from '../../../src/adapters/in-memory/dashboard-queries.ts';
import { InMemoryDataRemoval } from '../../../src/adapters/in-memory/data-removal.ts';
import type { Database } from '../../../src/adapters/mikro-orm/database/database.ts';
import { openPglite } from '../../../src/adapters/mikro-orm/pglite.ts';
import { openPostgres } from '../../../src/adapters/mikro-orm/postgres.ts';
import { entities } from '../../../src/adapters/mikro-orm/schema/entities.ts';
import { postgresStore } from '../../../src/adapters/mikro-orm/store.ts';
import { CHANNEL, databaseNotification } from '../../../src/adapters/signals/signal-payload.ts';
import type { Ports } from '../../../src/application/use-case.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import type { Signal } from '../../../src/ports/signals/signals.ts';
import { createDatabaseOf, type Privileges } from '../../support/postgres/postgres-database.ts';
import { recordingSignals } from '../../support/recording/recording-signals.ts';
import { CLIENTS, type ClientKind, MODERN } from '../mcp/clients.ts';
import { RecordedLog } from '../signals/recorded-log.ts';

/** How often each statement has run. */
export type Statements = ReadonlyMap<string, number>;

/** A store that can be looked at from outside. */
export interface ObservedStore extends AsyncDisposable {
  readonly ports: Pick<Ports, 'repository' | 'queries' | 'signals' | 'apiKeys' | 'removal'>;
  /** All that was signalled so far. */
  readonly published: readonly Signal[];
  /** All that is kept of a user, as one text. */
  kept(user: UserId): Promise<string>;
  /** Empty where there is no telling. */
  statements(): Promise<Statements>;
  /** Everything that other processes have been told by now. */
  notified(): Promise<readonly string[]>;
}

async function inMemory(): Promise<ObservedStore> {
  const published: Signal[] = [];
  const signals = recordingSignals(published);
  const repository = new InMemoryAgentInstanceRepository(signals);
  const queries = new InMemoryDashboardQueries(repository);
  const apiKeys = new InMemoryApiKeyRepository(repository, signals);
  const removal = new InMemoryDataRemoval(repository, signals);
  return {
    ports: { repository, queries, signals, apiKeys, removal },
    published,
    kept: async (user) => inspect(repository.users.get(user), { depth: null, maxStringLength: null }),
    statements: async () => new Map(),
    notified: async () => [],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The tables that hold what is somebody's. */
const TABLES = entities.filter(({ meta }) => 'userId' in meta.properties).map(({ meta }) => meta.tableName);

async function onDatabase(database: Database, notifies: boolean) {
  await database.migrate();
  const published: Signal[] = [];
  const signals = recordingSignals(published, notifies ? databaseNotification : null);
  return {
    ports: postgresStore({ database, signals, logger: new RecordedLog() }),
    published,
    statements: async (): Promise<Statements> => new Map(),
    notified: async (): Promise<readonly string[]> => [],
  };
}

async function embedded(): Promise<ObservedStore> {
  const database = await openPglite('memory://');
  return {
    ...(await onDatabase(database, false)),
    kept: (user) => keptBy(async (sql) => await database.orm.em.execute<{ row: string }[]>(sql, [user])),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

const onPostgres = (privileges: Privileges) => async (): Promise<ObservedStore> => {
  const url = await createDatabaseOf(inject('postgresUrl'), privileges);
  const database = await openPostgres(url);
  const store = await onDatabase(database, true);
  // A superuser's, whom no policy binds.
  const superuser = new URL(inject('postgresUrl'));
  superuser.pathname = new URL(url).pathname;
  const client = new pg.Client({ connectionString: superuser.href });
  await client.connect();
  await client.query('create extension pg_stat_statements');
  const notified = await listenTo(client);
  return {
    ...store,
    kept: (user) =>
      keptBy(async (sql) => (await client.query<{ row: string }>(sql.replace('?', '$1'), [user])).rows),
    statements: async () => {
      const { rows } = await client.query<{ query: string; calls: number }>(
        `select query, sum(calls)::int as calls from pg_stat_statements
         where dbid = (select oid from pg_database where datname = current_database())
           and userid <> current_user::regrole
         group by query`,
      );
      return new Map(rows.map(({ query, calls }) => [query, calls]));
    },
    notified,
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await database.close();
    },
  };
};

/** Row by row, in an order of its own. */
async function keptBy(read: (sql: string) => Promise<readonly { row: string }[]>): Promise<string> {
  const rows: string[] = [];
  for (const table of TABLES) {
    for (const { row } of await read(
      `select t::text as row from ${table} t where user_id collate "C" = ? order by 1`,
    ))
      rows.push(`${table} ${row}`);
  }
  return rows.join('\n');
}

/** What is sent meanwhile comes in the order it was committed, so before a text of one's own. */
async function listenTo(client: pg.Client): Promise<() => Promise<readonly string[]>> {
  const heard: string[] = [];
  let end = Promise.withResolvers<void>();
  client.on('notification', ({ payload = '' }) => (payload === 'end' ? end.resolve() : heard.push(payload)));
  await client.query(`listen ${CHANNEL}`);
  return async () => {
    end = Promise.withResolvers();
    await client.query('select pg_notify($1, $2)', [CHANNEL, 'end']);
    await end.promise;
    return heard;
  };
}

interface ObservedStoreKind {
  readonly name: string;
  readonly open: () => Promise<ObservedStore>;
  /** Every kind of MCP client once; one for each store, since none reaches past the use cases. */
  readonly clients: readonly ClientKind[];
}

/** With and without the second wall, so that the first one is seen to hold alone. */
export const OBSERVED_STORES: readonly ObservedStoreKind[] = [
  { name: 'in memory', open: inMemory, clients: CLIENTS },
  { name: 'on PGlite', open: embedded, clients: [MODERN] },
  { name: 'on PostgreSQL, with row level security', open: onPostgres('superuser'), clients: [MODERN] },
  { name: 'on PostgreSQL, without it', open: onPostgres('bypassrls'), clients: [MODERN] },
];
