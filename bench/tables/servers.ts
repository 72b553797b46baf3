import { median } from '../load/percentiles.ts';
import { type LoadResult, runWriteLoad } from '../load/write-load.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';

export const CONNECTION_COUNTS = [1, 32, 128] as const;

const SERVERS = [
  ['floor', '(a) floor: `node:http` and `pg`'],
  ['postgresql', '(b) this server, PostgreSQL'],
  ['pglite', '(c) this server, PGlite'],
] as const;

/** The table about writes over REST: of this server on PostgreSQL and on PGlite, and of a bare server. */
export const serversTable: BenchTable = {
  name: 'servers',
  labelTitles: ['Server', 'Connections'],
  rows: CONNECTION_COUNTS.flatMap((connections) =>
    SERVERS.map(([key, title]) => ({ key: `${key}-${connections}`, labels: [title, String(connections)] })),
  ),
  columns: [
    { key: 'requestsPerSecond', title: 'Requests/s', decimals: 0 },
    { key: 'p50Ms', title: 'p50 ms', decimals: 2 },
    { key: 'p99Ms', title: 'p99 ms', decimals: 2 },
    { key: 'ratioToFloor', title: 'Ratio to (a)', decimals: 2 },
  ],
};

export async function measureServers(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const { tokenOf } = servers;
  const results: { [row: string]: BenchNumbers } = {};
  for (const connections of CONNECTION_COUNTS) {
    const loads = { floor: [] as LoadResult[], postgresql: [] as LoadResult[], pglite: [] as LoadResult[] };
    // The servers take turns, so that other work of the machine affects all of them alike.
    for (let round = 1; round <= size.rounds; round += 1) {
      for (const [key, title] of SERVERS) {
        reportProgress(`${connections} connections, round ${round} of ${size.rounds}: ${title}`);
        const { port } = servers[key];
        const seconds = size.secondsPerRound;
        loads[key].push(await runWriteLoad({ port, connections, seconds, warmUpSeconds: 1.5, tokenOf }));
      }
    }
    const floorPerSecond = median(loads.floor.map(({ perSecond }) => perSecond));
    for (const [key] of SERVERS) {
      const perSecond = median(loads[key].map((load) => load.perSecond));
      results[`${key}-${connections}`] = {
        requestsPerSecond: perSecond,
        p50Ms: median(loads[key].map(({ p50Ms }) => p50Ms)),
        p99Ms: median(loads[key].map(({ p99Ms }) => p99Ms)),
        ratioToFloor: perSecond / floorPerSecond,
      };
    }
  }
  return results;
}
