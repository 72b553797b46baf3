import { setImmediate } from 'node:timers/promises';
import type { Observer } from '../../../ports/observer.ts';

/** What a lane may take into one batch. */
const BATCH_LIMIT = 256;

/** Work that waits for its turn; jobs of one lane key never run at the same time. */
export interface Laned {
  readonly laneKey: string;
}

/** Settles every job it is given, but for those it returns: they want another turn. */
export type RunBatch<Job> = (batch: readonly Job[]) => Promise<readonly Job[]>;

/**
 * Group commit: everything that arrives while the last round trip runs goes with the next one. One load
 * and one save serve the whole batch, so the more there is to do, the less each job costs.
 *
 * Lanes run side by side, so that one batch's load overlaps another's wait for the disk. A key always
 * goes to the same lane, so the jobs of one instance, in arrival order, cannot conflict in this process.
 */
export class GroupCommit<Job extends Laned> {
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
      // Everything that the sockets hold by now joins the batch. PGlite needs this most: it works in this
      // thread without ever waiting, so nothing would be read meanwhile, and every batch hold one job.
      await setImmediate();
      const batch = this.#waiting[lane]!.splice(0, BATCH_LIMIT);
      if (batch.length === 0) break;
      const again = await this.#run(batch);
      this.#waiting[lane]!.unshift(...again);
    }
    this.#running[lane] = false;
  }
}

/** Reports each batch that `run` has run. */
export const observed =
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

/** FNV-1a over the key. Ids chosen by clients may differ in a few characters only. */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % lanes;
}
