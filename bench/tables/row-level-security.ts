import { median } from '../load/percentiles.ts';
import { runWriteLoad } from '../load/write-load.ts';
import type { BenchNumbers, BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';
import { CONNECTION_COUNTS } from './servers.ts';

/** The table that shows how much slower writes are with row level security. */
export const rowLevelSecurityTable: BenchTable = {
  name: 'rowLevelSecurity',
  labelTitles: ['Connections'],
  rows: CONNECTION_COUNTS.map((connections) => ({ key: String(connections), labels: [String(connections)] })),
  columns: [
    { key: 'onPerSecond', title: 'Requests/s, on', decimals: 0 },
    { key: 'offPerSecond', title: 'Requests/s, off', decimals: 0 },
    { key: 'ratioOnToOff', title: 'On to off', decimals: 2 },
  ],
};

/** Compares two servers that differ only in whether row level security applies to their database role. */
export async function measureRowLevelSecurity(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  // The role of this server bypasses row level security, and cannot switch to a role that does not.
  const unprotectedServer = await servers.startWithoutRowLevelSecurity();
  try {
    const results: { [row: string]: BenchNumbers } = {};
    for (const connections of CONNECTION_COUNTS) {
      const requestsPerSecond = async (port: number) => {
        const seconds = size.secondsPerRound / 2;
        const { tokenOf } = servers;
        return (await runWriteLoad({ port, connections, seconds, warmUpSeconds: 1, tokenOf })).perSecond;
      };
      // Each pair of loads gives one ratio. A machine that is slow for a while slows both loads of the pair.
      const rates: { on: number; off: number }[] = [];
      for (let pair = 1; pair <= size.rowLevelSecurityPairs; pair += 1) {
        reportProgress(
          `${connections} connections, with and without row level security, ${pair} of ${size.rowLevelSecurityPairs}`,
        );
        // The servers take turns in going first, because the machine is warmer for the second.
        const protectedRateIfFirst = pair % 2 === 0 ? await requestsPerSecond(servers.postgresql.port) : null;
        const off = await requestsPerSecond(unprotectedServer.port);
        rates.push({ on: protectedRateIfFirst ?? (await requestsPerSecond(servers.postgresql.port)), off });
      }
      results[connections] = {
        onPerSecond: median(rates.map(({ on }) => on)),
        offPerSecond: median(rates.map(({ off }) => off)),
        ratioOnToOff: median(rates.map(({ on, off }) => on / off)),
      };
    }
    return results;
  } finally {
    await unprotectedServer.stop();
  }
}
