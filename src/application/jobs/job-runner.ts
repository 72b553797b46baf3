import type { Logger } from '../../ports/runtime.ts';
import type { Subscription } from '../../ports/signals/signals.ts';
import type { Job } from './job.ts';

/** How long after a failure a job runs again, unless it says otherwise. */
const RETRY_MS = 60_000;

/** Runs jobs until it is closed. One job never runs twice at the same time in a process. */
export class JobRunner implements Disposable {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #timers = new Map<Job, NodeJS.Timeout>();
  readonly #running = new Set<Job>();
  /** When jobs run next, by `performance.now()`. */
  readonly #dueAt = new Map<Job, number>();
  readonly #subscriptions: Subscription[] = [];
  #isClosed = false;

  private constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  /** Starts all jobs. Resolves when each job with `firstRunAfterMs: 0` has run once. */
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

  /**
   * Starts no more runs. A run in progress continues. The process may exit meanwhile, because a job can be
   * interrupted at any point.
   */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const subscription of this.#subscriptions) subscription.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Sets the time of the job's next run, unless an earlier time is set already. */
  #schedule(job: Job, milliseconds: number): void {
    if (this.#isClosed) return;
    const now = performance.now();
    const dueAt = Math.min(now + milliseconds, this.#dueAt.get(job) ?? Infinity);
    this.#dueAt.set(job, dueAt);
    // The timer of a running job is set when its run has ended.
    if (this.#running.has(job)) return;
    clearTimeout(this.#timers.get(job));
    // What became due while the job ran is late already.
    this.#timers.set(job, setTimeout(() => void this.#run(job), Math.max(0, dueAt - now)).unref());
  }

  async #run(job: Job): Promise<void> {
    this.#running.add(job);
    this.#dueAt.delete(job);
    let nextRunAfterMs: number | null;
    try {
      nextRunAfterMs = await job.run();
    } catch (err) {
      this.#logger.warn({ err }, `Job failed and will be tried again: ${job.name}`);
      nextRunAfterMs = job.retryAfterMs ?? RETRY_MS;
    } finally {
      this.#running.delete(job);
    }
    if (nextRunAfterMs !== null || this.#dueAt.has(job)) this.#schedule(job, nextRunAfterMs ?? Infinity);
  }
}
