import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { aGrant, userIdOf } from '../../test/support/builders.ts';
import { createDatabase, createDatabaseOf } from '../../test/support/postgres/postgres-database.ts';
import { freePort, startPostgres } from '../../test/support/postgres/postgres-server.ts';
import { type ServerProcess, startProcess } from './server-process.ts';

export interface BenchServer extends ServerProcess {
  readonly port: number;
}

/** The servers that are measured, with tokens for all of them. */
export interface BenchServers extends AsyncDisposable {
  /** A bare node:http server on the same database as `postgresql`; see `bench/servers/floor.ts`. */
  readonly floor: BenchServer;
  readonly postgresql: BenchServer;
  readonly pglite: BenchServer;
  readonly postgresqlVersion: string;
  readonly issuer: JwtIssuer;
  /** Returns a token of the n-th user, from 0 to 999. */
  readonly tokenOf: (nth: number) => string;
  /** Counts the statements that `postgresql` and `floor` have sent to their database so far. */
  countStatements(): Promise<number>;
  /**
   * Starts another server on its own database. Its role bypasses row level security. The caller has to stop
   * the server.
   */
  startWithoutRowLevelSecurity(): Promise<BenchServer>;
}

const USERS = 1_000;
const SERVE = ['src/composition/bin.ts', 'serve'];

/** Starts PostgreSQL and all servers. Disposing of the result stops them. */
export async function startBenchServers(): Promise<BenchServers> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-bench-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres([
    '-c',
    'shared_preload_libraries=pg_stat_statements',
    '-c',
    'max_connections=100',
  ]);
  started.defer(postgres.stop);
  const pems = await generateKeyPair('ed25519');
  const issuer = new JwtIssuer({ key: readPrivateKey(pems.privateKey, 'bench') });
  const tokens = await Promise.all(
    Array.from({ length: USERS }, (_, nth) => issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`) }))),
  );

  async function startServer(
    args: readonly string[],
    env: { readonly [name: string]: string },
  ): Promise<BenchServer> {
    const port = await freePort();
    const server = await startProcess(args, {
      MCP_SERVER_PORT: String(port),
      JWT_PRIVATE_KEY: pems.privateKey,
      ...env,
    });
    return { ...server, port };
  }

  const databaseUrl = await createDatabase(postgres.url);
  const postgresql = await startServer(SERVE, { DATABASE_URL: databaseUrl });
  started.defer(postgresql.stop);
  const floor = await startServer(['bench/servers/floor.ts'], { DATABASE_URL: databaseUrl });
  started.defer(floor.stop);
  const pglite = await startServer(SERVE, { DATA_DIR: folder });
  started.defer(pglite.stop);

  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  started.defer(() => admin.end());
  await admin.query('create extension if not exists pg_stat_statements');
  const { rows: versions } = await admin.query('show server_version');

  const stack = started.move();
  return {
    floor,
    postgresql,
    pglite,
    postgresqlVersion: versions[0].server_version,
    issuer,
    tokenOf: (nth) => tokens[nth]!,
    async countStatements() {
      const { rows: counted } = await admin.query(
        `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s
         join pg_database d on d.oid = s.dbid
         where d.datname = current_database() and query not like '%pg_stat_statements%'`,
      );
      return counted[0].calls;
    },
    async startWithoutRowLevelSecurity() {
      const ownDatabaseUrl = await createDatabaseOf(postgres.url, 'bypassrls');
      return startServer(SERVE, { DATABASE_URL: ownDatabaseUrl });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
