import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { writeBenchFile } from './report/bench-file.ts';
import { fillDocuments } from './report/documents.ts';
import { type BenchResults, type BenchTable, consoleRows, roundResults } from './report/table.ts';
import { type BenchServers, startBenchServers } from './servers/bench-servers.ts';
import { type BenchSize, FULL_SIZE, QUICK_SIZE } from './size.ts';
import { hooksTable, measureHooks } from './tables/hooks.ts';
import { liveStreamsTable, measureLiveStreams } from './tables/live-streams.ts';
import { measureNotifications, notificationsTable } from './tables/notifications.ts';
import { measurePolledTasks, polledTasksTable } from './tables/polled-tasks.ts';
import { measureRowLevelSecurity, rowLevelSecurityTable } from './tables/row-level-security.ts';
import { measureServers, serversTable } from './tables/servers.ts';
import { BENCH_TABLES } from './tables/tables.ts';
import { measureTokens, tokensTable } from './tables/token-verification.ts';
import { measureTransports, transportsTable } from './tables/transports.ts';
import { measureWaiting, waitingTable } from './tables/waiting-clients.ts';

const USAGE = `node bench/bench.ts [--quick] [--tokens] [--rls] [--mcp] [--tasks] [--streams] [--notifications] [--hooks] [--write]
  --quick          takes a quarter of the time; the numbers are rougher
  --tokens         only the table about verifying tokens
  --rls            only the table about row level security
  --mcp            only the tables about MCP and about waiting clients
  --tasks          only the table about MCP tasks whose clients poll
  --streams        only the table about live streams
  --notifications  only the table about notifications
  --hooks          only the table about hooks of coding agents
  --write          writes the numbers of a whole run to docs/bench.json and fills the documents from it`;

const flag = { type: 'boolean', default: false } as const;
const { values: flags } = parseArgs({
  options: {
    ...{ quick: flag, tokens: flag, rls: flag, mcp: flag, tasks: flag },
    ...{ streams: flag, notifications: flag, hooks: flag },
    ...{ write: flag, help: flag },
  },
});
const isWholeRun = ![
  ...[flags.tokens, flags.rls, flags.mcp, flags.tasks],
  ...[flags.streams, flags.notifications, flags.hooks],
].includes(true);
const canWrite = isWholeRun && !flags.quick;
if (flags.help || (flags.write && !canWrite)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(flags.help ? 0 : 2);
}

type Measure = (servers: BenchServers, size: BenchSize) => Promise<BenchResults>;

/**
 * The tables that need servers, in the order of measurement. The last value says whether the command line
 * has a flag that selects the table.
 */
const TABLES_WITH_SERVERS: readonly (readonly [BenchTable, Measure, boolean])[] = [
  [rowLevelSecurityTable, measureRowLevelSecurity, flags.rls],
  [serversTable, measureServers, false],
  [transportsTable, measureTransports, flags.mcp],
  [waitingTable, measureWaiting, flags.mcp],
  [polledTasksTable, measurePolledTasks, flags.tasks],
  [liveStreamsTable, measureLiveStreams, flags.streams],
  [notificationsTable, measureNotifications, flags.notifications],
  [hooksTable, measureHooks, flags.hooks],
];

const size = flags.quick ? QUICK_SIZE : FULL_SIZE;
const results = new Map<BenchTable, BenchResults>();

function reportResults(table: BenchTable, measured: BenchResults): void {
  results.set(table, roundResults(table, measured));
  console.table(consoleRows(table, results.get(table)!));
}

if (isWholeRun || flags.tokens) reportResults(tokensTable, await measureTokens(size));

const selectedTables = TABLES_WITH_SERVERS.filter(([, , isSelected]) => isWholeRun || isSelected);
if (selectedTables.length > 0) {
  await using servers = await startBenchServers();
  for (const [table, measure] of selectedTables) reportResults(table, await measure(servers, size));
  if (flags.write) await writeResults(servers.postgresqlVersion);
}

async function writeResults(postgresql: string): Promise<void> {
  await writeBenchFile({
    machine: {
      measuredOn: new Date().toISOString().slice(0, 10),
      cores: availableParallelism(),
      node: process.versions.node,
      postgresql,
      rounds: size.rounds,
      secondsPerRound: size.secondsPerRound,
    },
    tables: Object.fromEntries(BENCH_TABLES.map((table) => [table.name, results.get(table)!])),
  });
  const documents = await fillDocuments();
  process.stdout.write(`Wrote docs/bench.json, filled ${documents.join(', ')}.\n`);
}
