import { DEFAULT_WAIT_SECONDS } from '../../../application/use-cases/agent/question/ask-question.ts';

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
   * A session without a request or an open stream is forgotten after this time, and its calls end. Its client
   * can go on with it, but not resume an older stream.
   */
  readonly sessionIdleMs: number;
}

export const DEFAULT_TIMING: Timing = {
  waitSeconds: DEFAULT_WAIT_SECONDS,
  progressMs: 15_000,
  keepAliveMs: 15_000,
  // Clients resume a broken stream within seconds.
  sessionIdleMs: 10 * 60_000,
};
