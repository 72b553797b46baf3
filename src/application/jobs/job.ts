import type { Subscription } from '../../ports/signals/signals.ts';

/**
 * Work that a server does beside answering requests. It must be safe to run twice, also on two processes at once, and to
 * be cut off at any point.
 */
export interface Job {
  /** For the log. */
  readonly name: string;
  /** How long after the start it first runs; 0: before the server takes requests. */
  readonly firstRunAfterMs: number;
  /**
   * Runs once.
   * @returns after how many milliseconds to run again; null: when `onDue` says so.
   * @throws Error of whatever kind; the runner logs it and tries again.
   */
  run(): Promise<number | null>;
  /** Subscribes to what makes the job due earlier than `run` could know. */
  onDue?(runAfter: (milliseconds: number) => void): Subscription;
}
