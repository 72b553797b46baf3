import type { Logger } from '../../ports/runtime.ts';
import type { Subscription } from '../../ports/signals/signals.ts';
import type { Job } from './job.ts';

/** How long after a failure a job runs again. */
const RETRY_MS = 60_000;

/** Runs jobs until it is closed. One job never runs twice at the same time in a process. */
export class JobRunner implements Disposable {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #timers = new Map<Job, NodeJS.Timeout>();
  readonly #running = new Set<Job>();
  /** Jobs that became due while they ran, and after how many milliseconds they run again. */
  readonly #dueAgain = new Map<Job, number>();
  readonly #subscriptions: Subscription[] = [];
  #isClosed = false;

  private constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  /** Starts all jobs. Resolves when the jobs that run before the first request have run once. */
  static async start(jobs: readonly Job[], logger: Pick<Logger, 'warn'>): Promise<JobRunner> {
    const runner = new JobRunner(logger);
    for (const job of jobs) {
      const subscription = job.onDue?.((milliseconds) => runner.#schedule(job, milliseconds));
      if (subscription !== undefined) runner.#subscriptions.push(subscription);
    }
    for (const job of jobs) {
      if (job.firstRunAfterMs === 0) await runner.#run(job);
      else runner.#schedule(job, job.firstRunAfterMs);
    }
    return runner;
  }

  /** Starts no more runs. A run in progress continues; it may safely be interrupted. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const subscription of this.#subscriptions) subscription.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Replaces the job's pending timer. */
  #schedule(job: Job, milliseconds: number): void {
    if (this.#isClosed) return;
    if (this.#running.has(job)) {
      this.#dueAgain.set(job, milliseconds);
      return;
    }
    clearTimeout(this.#timers.get(job));
    this.#timers.set(job, setTimeout(() => void this.#run(job), milliseconds).unref());
  }

  async #run(job: Job): Promise<void> {
    this.#running.add(job);
    let next: number | null;
    try {
      next = await job.run();
    } catch (err) {
      this.#logger.warn({ err }, `Job failed and will be tried again: ${job.name}`);
      next = RETRY_MS;
    } finally {
      this.#running.delete(job);
    }
    const due = this.#dueAgain.get(job) ?? next;
    this.#dueAgain.delete(job);
    if (due !== null) this.#schedule(job, due);
  }
}
