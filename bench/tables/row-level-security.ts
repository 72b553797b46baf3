import { median } from '../load/percentiles.ts';
import { writeLoad } from '../load/write-load.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';
import { CONNECTIONS } from './servers.ts';

/** What row level security costs the write path. */
export const rowLevelSecurityTable: BenchTable = {
  name: 'rowLevelSecurity',
  labelTitles: ['Connections'],
  rows: CONNECTIONS.map((connections) => ({ key: String(connections), labels: [String(connections)] })),
  columns: [
    { key: 'onPerSecond', title: 'Requests/s, on', decimals: 0 },
    { key: 'offPerSecond', title: 'Requests/s, off', decimals: 0 },
    { key: 'ratioOnToOff', title: 'On to off', decimals: 2 },
  ],
};

/** Compares two servers that differ only in whether the policies bind their role. */
export async function measureRowLevelSecurity(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  // Policies do not bind this server's role, and it may not switch to a role that they bind.
  const exempt = await servers.startExempt();
  try {
    const results: { [row: string]: BenchNumbers } = {};
    for (const connections of CONNECTIONS) {
      const load = async (port: number) => {
        const seconds = size.secondsPerRound / 2;
        const { tokenOf } = servers;
        return (await writeLoad({ port, connections, seconds, warmUpSeconds: 1, tokenOf })).perSecond;
      };
      // Each pair of loads gives one ratio, which a machine that slows down for longer hardly changes.
      const rates: { on: number; off: number }[] = [];
      for (let pair = 1; pair <= size.isolationPairs; pair += 1) {
        reportProgress(
          `${connections} connections, with and without row level security, ${pair} of ${size.isolationPairs}`,
        );
        // They take turns in going first, because the second finds the machine warmer.
        const first = pair % 2 === 0 ? await load(servers.postgresql.port) : null;
        const off = await load(exempt.port);
        rates.push({ on: first ?? (await load(servers.postgresql.port)), off });
      }
      results[connections] = {
        onPerSecond: median(rates.map(({ on }) => on)),
        offPerSecond: median(rates.map(({ off }) => off)),
        ratioOnToOff: median(rates.map(({ on, off }) => on / off)),
      };
    }
    return results;
  } finally {
    await exempt.stop();
  }
}
