import type { Subscription } from '../../ports/signals/signals.ts';

/**
 * Work that a server does besides serving requests. It must be safe to run it twice, also on two processes at
 * once, and to interrupt it at any point.
 */
export interface Job {
  /** For the log. */
  readonly name: string;
  /** How long after the start of the server the job first runs; 0: before the server takes requests. */
  readonly firstRunAfterMs: number;
  /** How long after a failure the job runs again. Absent: a minute. */
  readonly retryAfterMs?: number;
  /**
   * Runs once.
   * @returns after how many milliseconds to run again; null: only when `onDue` says so.
   * @throws any error; the runner logs it and tries again.
   */
  run(): Promise<number | null>;
  /**
   * Subscribes to events that make the job due. At each such event, the subscription calls `runAfter` with
   * the time until the next run.
   */
  onDue?(runAfter: (milliseconds: number) => void): Subscription;
}
