import { MAX_DELIVERIES } from '../../../domain/conversation/hand-off/lease.ts';

/** The feedback in a tool's result. */
export interface Feedback {
  readonly user_feedback: readonly string[];
  readonly redelivered: boolean;
}

/** The last call of an agent instance whose result had feedback. */
interface LastCall {
  /** The tool and its arguments. */
  readonly call: string;
  /** All feedback in the result. */
  readonly feedback: readonly string[];
  /** That part of it which the server does not send again if the call is repeated. */
  readonly keptFeedback: readonly string[];
  readonly deliveries: number;
}

/**
 * The feedback that the server has handed over with the questions of `approve`, whose result has no field for
 * it. The next result with feedback contains it. What was handed over with it stays on lease, as it would at
 * the server (see `Lease`): if the agent repeats that call, it gets the same again.
 *
 * The feedback is kept for each agent instance, so that none gets what was written to another one. It is lost
 * when the process ends.
 */
export class KeptFeedback {
  /** By agent instance: the feedback that no result has contained yet. */
  readonly #waiting = new Map<string, readonly string[]>();
  readonly #lastCalls = new Map<string, LastCall>();

  keep(instanceId: string, feedback: readonly string[]): void {
    if (feedback.length === 0) return;
    this.#waiting.set(instanceId, [...(this.#waiting.get(instanceId) ?? []), ...feedback]);
  }

  /** Must be called when a question of `approve` was sent, because that ends the server's lease. */
  endServerLease(instanceId: string): void {
    const last = this.#lastCalls.get(instanceId);
    if (last !== undefined) this.#lastCalls.set(instanceId, { ...last, keptFeedback: last.feedback });
  }

  /** Must be called when the session has ended: the agent has received everything. */
  endLease(instanceId: string): void {
    this.#lastCalls.delete(instanceId);
  }

  /** Adds the kept feedback to the feedback in the result of a call. */
  addTo(feedback: Feedback, instanceId: string, call: string): Feedback {
    const last = this.#lastCalls.get(instanceId);
    const isRepeated = last?.call === call && last.deliveries < MAX_DELIVERIES;
    const sentBefore = isRepeated ? last.keptFeedback : [];
    const keptFeedback = [...sentBefore, ...(this.#waiting.get(instanceId) ?? [])];
    const user_feedback = [...keptFeedback, ...feedback.user_feedback];
    const deliveries = sentBefore.length > 0 ? last!.deliveries + 1 : 1;
    this.#waiting.delete(instanceId);
    this.#lastCalls.set(instanceId, { call, feedback: user_feedback, keptFeedback, deliveries });
    return { user_feedback, redelivered: feedback.redelivered || sentBefore.length > 0 };
  }
}
