import type { Message } from '../wire.ts';

interface AskedQuestion {
  /** The id of the question. Pass it to `ask` to continue waiting for the answer. */
  readonly question_id: string;
  readonly agent_instance_id: string;
  /** The messages that the person wrote before the question was asked. They may change the agent's plan. */
  readonly queued_user_messages: readonly Message[];
  /** What else the person wrote while the question was open, except the answers to other questions. */
  readonly messages: readonly Message[];
  /** Whether the person has written more. The next call of the agent returns it. */
  readonly more: boolean;
  /** Whether the agent was sent the answer, or some of these messages, before this call. */
  readonly redelivered: boolean;
}

/** The question has its answer. */
export interface Answered extends AskedQuestion {
  readonly status: 'answered';
  /** The message that the server stored as the answer to this question. */
  readonly answer: Message;
}

/**
 * The question has no answer. `pending`: the deadline has passed and the question is still open. `closed`:
 * the session was ended, so no answer will come.
 */
export interface Unanswered extends AskedQuestion {
  readonly status: 'pending' | 'closed';
  readonly answer: null;
}

/** The result of `ask`. */
export type AskResult = Answered | Unanswered;
