import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { JwtIssuer } from '../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../src/adapters/jwt/keys.ts';
import { systemClock } from '../src/adapters/runtime/system.ts';
import { createDatabase } from '../test/support/postgres-database.ts';
import { freePort, startPostgres } from '../test/support/postgres-server.ts';
import { median } from './percentiles.ts';
import { startProcess } from './server-process.ts';
import { waiting } from './waiting.ts';
import { type LoadResult, writeLoad } from './write-load.ts';

const QUICK = process.argv.includes('--quick');
const ROUNDS = QUICK ? 1 : 3;
const SECONDS = QUICK ? 2 : 5;
const IDLE_SECONDS = QUICK ? 10 : 60;
const CONNECTIONS = [1, 32, 128] as const;
const WAITERS = [1, 1_000] as const;

const progress = (text: string) => process.stderr.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-bench-'));
const postgres = await startPostgres([
  '-c',
  'shared_preload_libraries=pg_stat_statements',
  '-c',
  'max_connections=100',
]);
const pems = await generateKeyPair('ed25519');
const issuer = new JwtIssuer({ key: readPrivateKey(pems.privateKey, 'bench'), clock: systemClock });
const tokens = await Promise.all(
  Array.from({ length: Math.max(...CONNECTIONS, ...WAITERS) }, (_, nth) =>
    issuer.issue({ userId: `user-${nth}`, scopes: ['agent'], expiresInSeconds: null }),
  ),
);
const tokenOf = (nth: number): string => tokens[nth]!;

async function startServer(args: string[], env: { [name: string]: string }) {
  const port = await freePort();
  const started = await startProcess(args, {
    MCP_SERVER_PORT: String(port),
    JWT_PRIVATE_KEY: pems.privateKey,
    ...env,
  });
  return { ...started, port };
}

const SERVE = ['src/composition/bin.ts', 'serve'];
const databaseUrl = await createDatabase(postgres.url);
const ours = await startServer(SERVE, { DATABASE_URL: databaseUrl });
const subjects = [
  {
    name: '(a) floor: node:http + pg',
    ...(await startServer(['bench/floor.ts'], { DATABASE_URL: databaseUrl })),
  },
  { name: '(b) this server, PostgreSQL', ...ours },
  { name: '(c) this server, PGlite', ...(await startServer(SERVE, { DATA_DIR: folder })) },
];

const admin = new pg.Client({ connectionString: databaseUrl });
await admin.connect();
await admin.query('create extension if not exists pg_stat_statements');

try {
  const rows: object[] = [];
  for (const connections of CONNECTIONS) {
    const results = new Map<string, LoadResult[]>(subjects.map(({ name }) => [name, []]));
    // In turns, so that what else the machine does falls on all of them alike.
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const { name, port } of subjects) {
        progress(`${connections} connections, round ${round} of ${ROUNDS}: ${name}`);
        const load = { port, connections, seconds: SECONDS, warmUpSeconds: 1.5, tokenOf };
        results.get(name)!.push(await writeLoad(load));
      }
    }
    const floor = median([...results.values()][0]!.map(({ perSecond }) => perSecond));
    for (const [name, of] of results) {
      const perSecond = median(of.map((result) => result.perSecond));
      rows.push({
        server: name,
        connections,
        'requests/s': Math.round(perSecond),
        'p50 ms': median(of.map(({ p50 }) => p50)).toFixed(2),
        'p99 ms': median(of.map(({ p99 }) => p99)).toFixed(2),
        'ratio to (a)': (perSecond / floor).toFixed(2),
      });
    }
  }
  console.table(rows);

  const statements = async () => {
    const { rows: counted } = await admin.query(
      `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s
       join pg_database d on d.oid = s.dbid
       where d.datname = current_database() and query not like '%pg_stat_statements%'`,
    );
    return counted[0].calls as number;
  };
  const waits: object[] = [];
  for (const waiters of WAITERS) {
    progress(`${waiters} waiting, idle for ${IDLE_SECONDS} s`);
    const { pid, port } = ours;
    const result = await waiting({ port, pid, waiters, idleSeconds: IDLE_SECONDS, tokenOf, statements });
    waits.push({
      'waiting clients': waiters,
      'statements/min while idle': result.statementsPerMinute,
      'answer sent to arrival, p50 ms': result.wakeP50.toFixed(1),
      'p99 ms': result.wakeP99.toFixed(1),
      'memory MiB': Math.round(result.residentMiB),
    });
  }
  console.table(waits);
} finally {
  await admin.end();
  for (const { stop } of subjects) await stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
