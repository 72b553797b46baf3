import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { JwtIssuer } from '../src/adapters/jwt/jwt-issuer.ts';
import { generateKeyPair, readPrivateKey } from '../src/adapters/jwt/keys/keys.ts';
import { aGrant, userIdOf } from '../test/support/builders.ts';
import { createDatabase, createDatabaseOf } from '../test/support/postgres/postgres-database.ts';
import { freePort, startPostgres } from '../test/support/postgres/postgres-server.ts';
import { ASK_QUESTION, MCP_SESSION, MCP_STATELESS, PENDING, REST, type Way } from './agents.ts';
import { liveStreams } from './live-streams.ts';
import { median } from './percentiles.ts';
import { startProcess } from './server-process.ts';
import { tenantIsolation } from './tenant-isolation.ts';
import { tokenChecks } from './token-checks.ts';
import { waiting } from './waiting.ts';
import { type LoadResult, writeLoad } from './write-load.ts';

const QUICK = process.argv.includes('--quick');
/** Leaves out the tables before the one about MCP. */
const MCP_ONLY = process.argv.includes('--mcp');
/** Runs the table about row level security and nothing else. */
const RLS_ONLY = process.argv.includes('--rls');
/** Runs the table about verifying tokens and nothing else: it needs no server. */
const TOKENS_ONLY = process.argv.includes('--tokens');
/** Runs the table about live streams and nothing else. */
const STREAMS_ONLY = process.argv.includes('--streams');
const ROUNDS = QUICK ? 1 : 3;
const SECONDS = QUICK ? 2 : 5;
const ISOLATION_PAIRS = QUICK ? 3 : 9;
const IDLE_SECONDS = QUICK ? 10 : 30;
const CONNECTIONS = [1, 32, 128] as const;
const MCP_CONNECTIONS = 32;
const MANY = 1_000;
const WAITS = [
  [PENDING, 1],
  [PENDING, MANY],
  [ASK_QUESTION, 1],
  [ASK_QUESTION, MANY],
] as const;

const LIVE_STREAMS = [2, MANY] as const;
const LIVE_MESSAGES = QUICK ? 100 : 300;

const progress = (text: string) => process.stderr.write(`${text}\n`);

if (!MCP_ONLY && !RLS_ONLY && !STREAMS_ONLY) console.table(await tokenChecks(ROUNDS));
if (TOKENS_ONLY) process.exit();

const folder = await mkdtemp(join(tmpdir(), 'agent-dashboard-bench-'));
const postgres = await startPostgres([
  '-c',
  'shared_preload_libraries=pg_stat_statements',
  '-c',
  'max_connections=100',
]);
const pems = await generateKeyPair('ed25519');
const issuer = new JwtIssuer({ key: readPrivateKey(pems.privateKey, 'bench') });
const tokens = await Promise.all(
  Array.from({ length: Math.max(...CONNECTIONS, MANY) }, (_, nth) =>
    issuer.issue(aGrant({ userId: userIdOf(`user-${nth}`) })),
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

async function isolation(): Promise<object[]> {
  // Policies do not bind this role, and it has no right to become one that they bind.
  const exempt = await startServer(SERVE, {
    DATABASE_URL: await createDatabaseOf(postgres.url, 'bypassrls'),
  });
  try {
    return await tenantIsolation({
      on: ours.port,
      off: exempt.port,
      connections: CONNECTIONS,
      pairs: ISOLATION_PAIRS,
      seconds: SECONDS / 2,
      tokenOf,
      progress,
    });
  } finally {
    await exempt.stop();
  }
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

const statements = async () => {
  const { rows: counted } = await admin.query(
    `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s
     join pg_database d on d.oid = s.dbid
     where d.datname = current_database() and query not like '%pg_stat_statements%'`,
  );
  return counted[0].calls as number;
};

async function live(): Promise<object[]> {
  const rows: object[] = [];
  for (const streams of LIVE_STREAMS) {
    progress(`${streams} live streams, ${LIVE_MESSAGES} messages`);
    const { pid, port } = ours;
    const userId = userIdOf(`watched-by-${streams}`);
    const [agentToken, dashboardToken] = await Promise.all([
      issuer.issue(aGrant({ userId })),
      issuer.issue(aGrant({ userId, scope: 'dashboard' })),
    ]);
    const watched = { port, pid, streams, messages: LIVE_MESSAGES, agentToken, dashboardToken, statements };
    const result = await liveStreams(watched);
    rows.push({
      streams,
      'sent to arrival, p50 ms': result.p50.toFixed(1),
      'p99 ms': result.p99.toFixed(1),
      'longest ms': result.longest.toFixed(1),
      'statements a message': result.statementsPerMessage.toFixed(2),
      'processor ms a message': result.processorMsPerMessage.toFixed(1),
      'memory for opening, MiB': Math.round(result.openingMiB),
      'growth under load, MiB': Math.round(result.growthMiB),
    });
  }
  return rows;
}

async function otherTables(): Promise<void> {
  const rows: object[] = [];
  for (const connections of MCP_ONLY ? [] : CONNECTIONS) {
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
  if (!MCP_ONLY) console.table(rows);

  const ways: object[] = [];
  const perWay = new Map<Way, number[]>([REST, MCP_SESSION, MCP_STATELESS].map((way) => [way, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [way, rates] of perWay) {
      progress(`${MCP_CONNECTIONS} connections, round ${round} of ${ROUNDS}: ${way.name}`);
      const load = {
        port: ours.port,
        connections: MCP_CONNECTIONS,
        seconds: SECONDS,
        warmUpSeconds: 1.5,
        tokenOf,
      };
      rates.push((await writeLoad({ ...load, way })).perSecond);
    }
  }
  const rest = median(perWay.get(REST)!);
  for (const [way, rates] of perWay) {
    const ratio = (median(rates) / rest).toFixed(2);
    ways.push({ way: way.name, 'steps/s': Math.round(median(rates)), 'ratio to REST': ratio });
  }
  console.table(ways);

  const waits: object[] = [];
  for (const [way, waiters] of WAITS) {
    progress(`${waiters} waiting by ${way.name}, idle for ${IDLE_SECONDS} s`);
    const { pid, port } = ours;
    const result = await waiting({ port, pid, way, waiters, idleSeconds: IDLE_SECONDS, tokenOf, statements });
    waits.push({
      'waiting by': way.name,
      clients: waiters,
      'statements/min while idle': result.statementsPerMinute,
      'answer sent to arrival, p50 ms': result.wakeP50.toFixed(1),
      'p99 ms': result.wakeP99.toFixed(1),
      'memory MiB': Math.round(result.residentMiB),
      'KiB each': Math.round(result.kibPerWaiter),
    });
  }
  console.table(waits);
}

try {
  if (!MCP_ONLY && !STREAMS_ONLY) console.table(await isolation());
  if (!RLS_ONLY && !STREAMS_ONLY) await otherTables();
  if (!RLS_ONLY && !MCP_ONLY) console.table(await live());
} finally {
  await admin.end();
  for (const { stop } of subjects) await stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
