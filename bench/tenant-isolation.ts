import { median } from './percentiles.ts';
import { writeLoad } from './write-load.ts';

export interface IsolationOptions {
  /** Ports of two servers that differ in nothing else. */
  readonly on: number;
  readonly off: number;
  readonly connections: readonly number[];
  /** The machine's moods pass: each pair of loads gives one ratio, and the median of them counts. */
  readonly pairs: number;
  readonly seconds: number;
  readonly tokenOf: (nth: number) => string;
  readonly progress: (text: string) => void;
}

/** What row level security costs the write path, as a part of what it does without. */
export async function tenantIsolation(options: IsolationOptions): Promise<object[]> {
  const { on, off, pairs, seconds, tokenOf, progress } = options;
  const rows: object[] = [];
  for (const connections of options.connections) {
    const load = async (port: number) =>
      (await writeLoad({ port, connections, seconds, warmUpSeconds: 1, tokenOf })).perSecond;
    const rates: { on: number; off: number }[] = [];
    for (let pair = 1; pair <= pairs; pair += 1) {
      progress(`${connections} connections, with and without row level security, ${pair} of ${pairs}`);
      // Each goes first every other time: the second finds the machine warmer.
      const first = pair % 2 === 0 ? await load(on) : null;
      const without = await load(off);
      rates.push({ on: first ?? (await load(on)), off: without });
    }
    rows.push({
      connections,
      'requests/s, on': Math.round(median(rates.map((pair) => pair.on))),
      'requests/s, off': Math.round(median(rates.map((pair) => pair.off))),
      'on to off': median(rates.map((pair) => pair.on / pair.off)).toFixed(2),
    });
  }
  return rows;
}
