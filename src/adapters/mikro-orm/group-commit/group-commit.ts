import { setImmediate } from 'node:timers/promises';
import type { Observer } from '../../../ports/observer.ts';

/** Jobs that one batch may have. */
const BATCH_LIMIT = 256;

/** Work that waits for its turn. Jobs with the same lane key never run at the same time. */
export interface LaneJob {
  readonly laneKey: string;
}

/** Completes all jobs of the batch, except the ones it returns: they join the next batch. */
export type RunBatch<Job> = (batch: readonly Job[]) => Promise<readonly Job[]>;

/**
 * Group commit: all jobs that arrive while a batch runs make the next batch. One load and one save serve the
 * whole batch, so the more jobs there are, the less each one costs.
 *
 * Lanes run concurrently, so one batch loads while another waits for the disk. A key always goes to the same
 * lane, so the jobs of one instance run in arrival order and cannot conflict within this process.
 */
export class GroupCommit<Job extends LaneJob> {
  readonly #run: RunBatch<Job>;
  readonly #waiting: Job[][];
  readonly #running: boolean[];

  constructor(lanes: number, run: RunBatch<Job>) {
    this.#run = run;
    this.#waiting = Array.from({ length: lanes }, () => []);
    this.#running = new Array(lanes).fill(false);
  }

  submit(job: Job): void {
    const lane = laneOf(job.laneKey, this.#waiting.length);
    this.#waiting[lane]!.push(job);
    if (!this.#running[lane]) void this.#drain(lane);
  }

  async #drain(lane: number): Promise<void> {
    this.#running[lane] = true;
    for (;;) {
      // Reads the requests that have arrived by now, so that they join the batch. PGlite needs this most: it
      // works in this thread and never waits, so every batch would have one job.
      await setImmediate();
      const batch = this.#waiting[lane]!.splice(0, BATCH_LIMIT);
      if (batch.length === 0) break;
      const repeated = await this.#run(batch);
      this.#waiting[lane]!.unshift(...repeated);
    }
    this.#running[lane] = false;
  }
}

/** Returns `run` with a report of each batch to the observer. */
export const observeBatches =
  <Job>(run: RunBatch<Job>, observer: Observer): RunBatch<Job> =>
  async (batch) => {
    const started = performance.now();
    const again = await run(batch);
    const millis = performance.now() - started;
    observer.batchDone({
      updates: batch.length,
      again: again.length,
      startedAt: Date.now() - millis,
      millis,
    });
    return again;
  };

/** FNV-1a over the key, because ids chosen by clients may differ in only a few characters. */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % lanes;
}
