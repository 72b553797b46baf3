import { DEFAULT_WAIT_SECONDS } from '../../../application/use-cases/agent/ask-question.ts';

/** Intervals and limits of the MCP endpoint. */
export interface Timing {
  /** How long a question waits if its call sets no time and client-timeouts.ts does not list its client. */
  readonly waitSeconds: number;
  /** The time between two progress notifications. */
  readonly progressMs: number;
  /**
   * The time between two comments (lines that clients ignore) on an open stream. Proxies and clients close a
   * stream that is silent for 60 seconds.
   */
  readonly keepAliveMs: number;
  /**
   * A session without a request or an open stream is closed after this time. Its client then has to open a
   * new session.
   */
  readonly sessionIdleMs: number;
}

const HOUR_MS = 60 * 60 * 1000;

export const DEFAULT_TIMING: Timing = {
  waitSeconds: DEFAULT_WAIT_SECONDS,
  progressMs: 15_000,
  keepAliveMs: 15_000,
  // An agent may work for hours between two calls. Most clients keep a stream open all the while.
  sessionIdleMs: 8 * HOUR_MS,
};
