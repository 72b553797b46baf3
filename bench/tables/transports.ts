import { MCP_SESSION, MCP_STATELESS, REST } from '../load/agent-transports.ts';
import { median } from '../load/percentiles.ts';
import { runWriteLoad } from '../load/write-load.ts';
import type { BenchResults, BenchTable } from '../report/table.ts';
import type { BenchServers } from '../servers/bench-servers.ts';
import { type BenchSize, reportProgress } from '../size.ts';

const CONNECTION_COUNT = 32;

const TRANSPORTS = [
  ['rest', REST],
  ['mcp-session', MCP_SESSION],
  ['mcp-stateless', MCP_STATELESS],
] as const;

/** The table that compares logging a step over REST and over MCP. */
export const transportsTable: BenchTable = {
  name: 'transports',
  labelTitles: [`Transport, ${CONNECTION_COUNT} connections, PostgreSQL`],
  rows: TRANSPORTS.map(([key, { name }]) => ({ key, labels: [name] })),
  columns: [
    { key: 'stepsPerSecond', title: 'Steps/s', decimals: 0 },
    { key: 'ratioToRest', title: 'Ratio to REST', decimals: 2 },
  ],
};

export async function measureTransports(servers: BenchServers, size: BenchSize): Promise<BenchResults> {
  const rates = new Map<string, number[]>(TRANSPORTS.map(([key]) => [key, []]));
  for (let round = 1; round <= size.rounds; round += 1) {
    for (const [key, transport] of TRANSPORTS) {
      reportProgress(`${CONNECTION_COUNT} connections, round ${round} of ${size.rounds}: ${transport.name}`);
      const { perSecond } = await runWriteLoad({
        port: servers.postgresql.port,
        connections: CONNECTION_COUNT,
        seconds: size.secondsPerRound,
        warmUpSeconds: 1.5,
        tokenOf: servers.tokenOf,
        transport,
      });
      rates.get(key)!.push(perSecond);
    }
  }
  const restPerSecond = median(rates.get('rest')!);
  return Object.fromEntries(
    Array.from(rates, ([key, perSecond]) => {
      const stepsPerSecond = median(perSecond);
      return [key, { stepsPerSecond, ratioToRest: stepsPerSecond / restPerSecond }];
    }),
  );
}
