import type { WireOutcome } from '../../../application/wire/outcome.ts';
import { MAX_DELIVERIES } from '../../../domain/conversation/hand-off/lease.ts';

/** What the agent gets to know with a tool's result besides what it asked for. */
export interface Feedback {
  readonly user_feedback: readonly string[];
  /** How earlier questions ended. */
  readonly outcomes: readonly WireOutcome[];
  readonly redelivered: boolean;
}

type Kept = Pick<Feedback, 'user_feedback' | 'outcomes'>;

const NOTHING: Kept = { user_feedback: [], outcomes: [] };

/** The last call of an agent instance whose result had feedback. */
interface LastCall {
  /** The tool and its arguments. */
  readonly call: string;
  /** All feedback in the result. */
  readonly feedback: Kept;
  /** That part of it which the server does not send again if the call is repeated. */
  readonly keptFeedback: Kept;
  readonly deliveries: number;
}

/**
 * What the server has handed over with the questions of `approve`, whose result has no field for it: what the
 * person wrote, and how earlier questions ended. The next result with feedback contains it. What was handed
 * over with it stays on lease, as it would at the server (see `Lease`): if the agent repeats that call, it
 * gets the same again.
 *
 * The feedback is kept for each agent instance, so that none gets what was written to another one. It is lost
 * when the process ends.
 */
export class KeptFeedback {
  /** By agent instance: the feedback that no result has contained yet. */
  readonly #waiting = new Map<string, Kept>();
  readonly #lastCalls = new Map<string, LastCall>();

  keep(instanceId: string, feedback: Kept): void {
    if (isEmpty(feedback)) return;
    this.#waiting.set(instanceId, joined(this.#waiting.get(instanceId) ?? NOTHING, feedback));
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
    const sentBefore = isRepeated ? last.keptFeedback : NOTHING;
    const keptFeedback = joined(sentBefore, this.#waiting.get(instanceId) ?? NOTHING);
    const all = joined(keptFeedback, feedback);
    const isSentAgain = !isEmpty(sentBefore);
    const deliveries = isSentAgain ? last!.deliveries + 1 : 1;
    this.#waiting.delete(instanceId);
    this.#lastCalls.set(instanceId, { call, feedback: all, keptFeedback, deliveries });
    return { ...all, redelivered: feedback.redelivered || isSentAgain };
  }
}

const isEmpty = ({ user_feedback, outcomes }: Kept): boolean =>
  user_feedback.length === 0 && outcomes.length === 0;

const joined = (first: Kept, second: Kept): Kept => ({
  user_feedback: [...first.user_feedback, ...second.user_feedback],
  outcomes: [...first.outcomes, ...second.outcomes],
});
