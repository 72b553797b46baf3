import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import type { Ids, Logger } from '../../../ports/runtime.ts';
import type { Timing } from '../call/timing.ts';
import type { QuestionApp } from './question-app.ts';

/** The services that tools need to run. */
export interface ToolServices {
  readonly dispatch: Dispatch;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly timing: Timing;
  /**
   * Returns the agent instance for calls that do not name one. Absent: each of these calls gets a new
   * instance.
   */
  readonly sessionInstanceId?: () => string;
  /** Absent: no app is offered. */
  readonly questionApp?: QuestionApp;
  /** Returns the address of an agent instance on the page; null or absent if it is not known. */
  readonly questionUrl?: (agentInstanceId: string) => string | null;
}
