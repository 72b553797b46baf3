import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { JwtIssuer } from '../../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../../src/adapters/jwt/keys/keys.ts';
import { aGrant, userIdOf } from '../../test/support/builders.ts';
import { createDatabase, createDatabaseWithRole } from '../../test/support/postgres/postgres-database.ts';
import { freePort, startPostgres } from '../../test/support/postgres/postgres-server.ts';
import { type ServerProcess, startProcess } from './server-process.ts';

export interface BenchServer extends ServerProcess {
  readonly port: number;
}

/** The servers that are measured, and tokens that all of them accept. */
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
   * Starts another server with a database of its own. The role with which the server connects to it bypasses
   * row level security. The caller has to stop the server.
   */
  startWithoutRowLevelSecurity(): Promise<BenchServer>;
}

const USER_COUNT = 1_000;
const SERVE_COMMAND = ['src/composition/bin.ts', 'serve'];

/** Starts PostgreSQL and all servers. Disposing of the result stops them. */
export async function startBenchServers(): Promise<BenchServers> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startPostgres([
    '-c',
    'shared_preload_libraries=pg_stat_statements',
    '-c',
    'max_connections=100',
  ]);
  resources.defer(postgres.stop);
  const keyPair = await generateKeyPair('ed25519');
  const issuer = new JwtIssuer({ key: readPrivateKey(keyPair.privateKey, 'bench') });
  const tokens = await Promise.all(
    Array.from({ length: USER_COUNT }, (_, nth) => issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`) }))),
  );

  async function startServer(
    args: readonly string[],
    env: { readonly [name: string]: string },
  ): Promise<BenchServer> {
    const port = await freePort();
    const server = await startProcess(args, {
      MCP_SERVER_PORT: String(port),
      JWT_PRIVATE_KEY: keyPair.privateKey,
      ...env,
    });
    return { ...server, port };
  }

  const databaseUrl = await createDatabase(postgres.url);
  const postgresql = await startServer(SERVE_COMMAND, {
    DATABASE_URL: databaseUrl,
    NOTIFICATION_KEY: randomBytes(32).toString('base64url'),
  });
  resources.defer(postgresql.stop);
  const floor = await startServer(['bench/servers/floor.ts'], { DATABASE_URL: databaseUrl });
  resources.defer(floor.stop);
  const pglite = await startServer(SERVE_COMMAND, { DATA_DIR: folder });
  resources.defer(pglite.stop);

  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  resources.defer(() => admin.end());
  await admin.query('create extension if not exists pg_stat_statements');
  const { rows: versions } = await admin.query('show server_version');

  const runningResources = resources.move();
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
      const ownDatabaseUrl = await createDatabaseWithRole(postgres.url, 'bypassrls');
      return startServer(SERVE_COMMAND, { DATABASE_URL: ownDatabaseUrl });
    },
    [Symbol.asyncDispose]: () => runningResources.disposeAsync(),
  };
}
