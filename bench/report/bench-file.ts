import { readFile, writeFile } from 'node:fs/promises';
import type { BenchResults } from './table.ts';

/** The machine, the versions and the size of one run. */
export interface BenchMachine {
  /** The day, as YYYY-MM-DD. */
  readonly measuredOn: string;
  readonly cores: number;
  /** The version of Node. */
  readonly node: string;
  /** The version of PostgreSQL. */
  readonly postgresql: string;
  readonly rounds: number;
  readonly secondsPerRound: number;
}

/** The content of docs/bench.json: the numbers of one whole run. */
export interface BenchFile {
  readonly machine: BenchMachine;
  readonly tables: { readonly [table: string]: BenchResults };
}

const BENCH_FILE_URL = new URL('../../docs/bench.json', import.meta.url);

export async function readBenchFile(): Promise<BenchFile> {
  return JSON.parse(await readFile(BENCH_FILE_URL, 'utf8'));
}

export async function writeBenchFile(file: BenchFile): Promise<void> {
  await writeFile(BENCH_FILE_URL, `${JSON.stringify(file, null, 2)}\n`);
}
