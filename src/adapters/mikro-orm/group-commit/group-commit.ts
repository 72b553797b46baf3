import { setImmediate } from 'node:timers/promises';
import type { UserId } from '../../../domain/ids.ts';
import type { Observer } from '../../../ports/observer.ts';
import { FairQueue } from '../database/fair-queue.ts';

/** The maximum number of tasks in one batch. */
const MAX_BATCH_SIZE = 256;

/** Work that is run in a batch. Tasks with the same lane key never run at the same time. */
export interface LaneTask {
  readonly laneKey: string;
  /** Tasks of one user do not keep those of others out of a batch: users take turns. */
  readonly userId: UserId;
}

/** Runs the tasks of a batch. Returns those that must run again: they join the next batch. */
export type RunBatch<Task> = (batch: readonly Task[]) => Promise<readonly Task[]>;

/**
 * Group commit: all tasks that arrive while a batch runs make the next batch. One load and one save serve the
 * whole batch, so the more tasks there are, the less each one costs.
 *
 * Tasks are divided into lanes. A lane runs one batch at a time. Lanes run concurrently, so one batch can
 * load while another waits for the disk. A lane key always leads to the same lane, and belongs to one
 * user, so the tasks of one instance run in arrival order and cannot conflict within this process.
 */
export class GroupCommit<Task extends LaneTask> {
  readonly #run: RunBatch<Task>;
  /** The waiting tasks of each lane. */
  readonly #waiting: FairQueue<UserId, Task>[];
  /** For each lane, whether it runs a batch now. */
  readonly #isRunning: boolean[];

  constructor(laneCount: number, run: RunBatch<Task>) {
    this.#run = run;
    this.#waiting = Array.from({ length: laneCount }, () => new FairQueue());
    this.#isRunning = new Array(laneCount).fill(false);
  }

  submit(task: Task): void {
    const lane = laneOf(task.laneKey, this.#waiting.length);
    this.#waiting[lane]!.push(task.userId, task);
    if (!this.#isRunning[lane]) void this.#drain(lane);
  }

  async #drain(lane: number): Promise<void> {
    this.#isRunning[lane] = true;
    for (;;) {
      // Lets Node.js first read the requests that have arrived, so that they join the batch. PGlite needs
      // this most: it works in this thread and never waits, so otherwise every batch would have one task.
      await setImmediate();
      const batch = this.#waiting[lane]!.take(MAX_BATCH_SIZE);
      if (batch.length === 0) break;
      const tasksToRetry = await this.#run(batch);
      for (const [userId, tasks] of Map.groupBy(tasksToRetry, (task) => task.userId))
        this.#waiting[lane]!.putBack(userId, tasks);
    }
    this.#isRunning[lane] = false;
  }
}

/** Returns a function that calls `run` and reports each batch to the observer. */
export const observeBatches =
  <Task>(run: RunBatch<Task>, observer: Observer): RunBatch<Task> =>
  async (batch) => {
    const started = performance.now();
    const retried = await run(batch);
    const millis = performance.now() - started;
    observer.batchDone({
      updates: batch.length,
      retried: retried.length,
      startedAt: Date.now() - millis,
      millis,
    });
    return retried;
  };

/**
 * Returns the lane of a key. The key is hashed (FNV-1a), because ids that clients choose may differ in only a
 * few characters.
 */
function laneOf(key: string, laneCount: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % laneCount;
}
