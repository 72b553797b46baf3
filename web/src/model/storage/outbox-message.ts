import type { FormAnswer } from '../../../../src/domain/question/form.ts';
import type { FieldError, Message, Outcome, Problem } from '../wire.ts';

/** A message that the user has sent and the server has not confirmed yet. */
export interface OutboxMessage {
  /** The server stores the message once, however often it is sent with the same key. */
  readonly idempotencyKey: string;
  readonly userId: string;
  readonly instanceId: string;
  /** The text of the message. For an answer with values or a form, it is what the server makes of them. */
  readonly content: string;
  /** The values of the chosen options. Null: the message has none. */
  readonly values: readonly string[] | null;
  /** The filled in form. Null: the message has none. */
  readonly form: FormAnswer | null;
  /** The id of the question that the message answers. Null: it answers no question. */
  readonly inReplyTo: string | null;
  readonly writtenAt: string;
  /** The order in which the user wrote their messages. Times cannot give it: a clock may be set back. */
  readonly sequence: number;
  /** The position of the newest message when this one was written. */
  readonly after: number;
  /** Why the server has refused the message. Null: it has not been refused, and will be sent. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
  /** The answer that the question already had. Null: the message was refused for another reason. */
  readonly answer: Message | null;
  /** How the question had ended. Null: the message was refused for another reason. */
  readonly outcome: Outcome | null;
  /** What is wrong with each field. */
  readonly errors: readonly FieldError[];
}

/** Why a message was not sent: try again later, sign in first, or the server has refused it for good. */
export type SendFailure = 'temporary' | 'signed-out' | Refusal;

/** HTTP statuses after which the request is sent again: request timeout, too early, too many requests. */
const RETRYABLE_STATUSES = new Set([408, 425, 429]);

/**
 * Decides what a failed attempt to send a message means.
 * @param problem the server's error; null if there was no response
 */
export function classifyFailure(problem: Problem | null): SendFailure {
  if (problem === null || problem.status >= 500 || RETRYABLE_STATUSES.has(problem.status)) return 'temporary';
  if (problem.code === 'idempotency_in_flight') return 'temporary';
  if (problem.status === 401) return 'signed-out';
  const { code, detail, answer = null, outcome = null, errors = [] } = problem;
  return { code, detail, answer, outcome, errors };
}

/** Returns the body of the request that answers a question. */
export function answerBody({ content, values, form }: OutboxMessage): object {
  const answer = form !== null ? { form } : values !== null ? { values } : { content };
  return { ...answer, via: 'page' };
}

/** Returns true if the user has to correct a form that the server has refused. The form shows its errors. */
export const isToBeCorrected = ({ refusal, form }: OutboxMessage): boolean =>
  refusal?.code === 'answer_does_not_fit' && form !== null;

/** Returns the first unsent message of each instance, so that each instance gets its messages in order. */
export function firstUnsentMessages(outbox: readonly OutboxMessage[]): OutboxMessage[] {
  const firstByInstanceId = new Map<string, OutboxMessage>();
  for (const message of outbox) {
    if (message.refusal !== null || firstByInstanceId.has(message.instanceId)) continue;
    firstByInstanceId.set(message.instanceId, message);
  }
  return [...firstByInstanceId.values()];
}
