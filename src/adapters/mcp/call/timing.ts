import { DEFAULT_WAIT_SECONDS } from '../../../application/use-cases/agent/ask-question.ts';

/** How long things take; tests and hosts with other needs compress or stretch it. */
export interface Timing {
  /** How long a question waits for clients that do not say and are not known. */
  readonly waitSeconds: number;
  /** Between two progress notifications. */
  readonly progressMs: number;
  /** Between two comments on an open stream: proxies and clients cut idle ones at 60 s. */
  readonly keepAliveMs: number;
  /** A session without a request or an open stream for so long is closed. Its client cannot open it again. */
  readonly sessionIdleMs: number;
}

const HOUR_MS = 60 * 60 * 1000;

export const DEFAULT_TIMING: Timing = {
  waitSeconds: DEFAULT_WAIT_SECONDS,
  progressMs: 15_000,
  keepAliveMs: 15_000,
  // An agent may work for hours between two calls, and most keep a stream open meanwhile anyway.
  sessionIdleMs: 8 * HOUR_MS,
};
