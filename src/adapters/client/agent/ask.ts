import type { QuestionForm } from '../../../domain/question/form.ts';
import type { CallOptions, Connection } from '../http/connection.ts';
import type { AgentMessage, OutputOf } from '../wire.ts';
import { AnswerWait } from './answer-wait.ts';
import type { AskResult } from './ask-result.ts';
import { withCutDiff } from './cut-diff.ts';
import type { QuestionFields, QuestionOption } from './question-types.ts';

/** A new question. */
export type NewQuestion<
  Options extends readonly QuestionOption[] = readonly QuestionOption[],
  Form extends QuestionForm = never,
> = Pick<AgentMessage, 'agent_instance_id' | 'agent_type' | 'title' | 'context' | 'content'> &
  QuestionFields<Options, Form> & { readonly question_id?: undefined };

/** The ids of a question that was asked before. */
export interface EarlierQuestion {
  readonly agent_instance_id: string;
  readonly question_id: string;
  /** See `on_lease` of `AgentClient.pendingMessages`. */
  readonly on_lease?: boolean;
}

/** A new question, or the ids of a question that was asked before. */
export type AskRequest<
  Options extends readonly QuestionOption[] = readonly QuestionOption[],
  Form extends QuestionForm = never,
> = NewQuestion<Options, Form> | EarlierQuestion;

/** Options of `ask`. */
export interface AskOptions extends CallOptions {
  /** When to stop waiting; the question then stays open. Without a deadline the wait has no limit. */
  readonly deadline?: Date;
  /**
   * Called with the question's id as soon as the question is asked. Store the id to continue after a crash.
   */
  readonly onAsked?: (questionId: string) => void;
}

/** Implements `AgentClient.ask`. */
export async function ask(
  connection: Connection,
  request: AskRequest<readonly QuestionOption[], QuestionForm>,
  { deadline, onAsked, signal, idempotencyKey }: AskOptions,
): Promise<AskResult> {
  const deadlineMs = deadline?.getTime() ?? Number.POSITIVE_INFINITY;
  if (Number.isNaN(deadlineMs)) throw new TypeError('deadline must be a valid date');
  const limits = { deadlineMs, ...(signal !== undefined && { signal }) };
  if (request.question_id !== undefined) {
    const { agent_instance_id, question_id, on_lease = false } = request;
    const nothingPosted = { queued_user_messages: [], outcomes: [], stop_requested: null };
    const question = { agent_instance_id, question_id, ...nothingPosted };
    return new AnswerWait(connection, question, limits, on_lease).resume();
  }
  const postedQuestion = await connection.request<OutputOf<'sendAgentMessage'>>({
    ...limits,
    // Sending the question is tried again for `retryForMs` at least, even if the deadline is earlier.
    deadlineMs: connection.retryDeadline(deadlineMs),
    method: 'POST',
    path: '/messages/agent',
    body: { ...withCutDiff(request), ...wireOptions(request.options), requires_user_input: true },
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  const { agent_instance_id, message_id: question_id } = postedQuestion;
  onAsked?.(question_id);
  const { queued_user_messages, outcomes, stop_requested } = postedQuestion;
  const question = { agent_instance_id, question_id, queued_user_messages, outcomes, stop_requested };
  const result = await new AnswerWait(connection, question, limits).start();
  return postedQuestion.redelivered ? { ...result, redelivered: true } : result;
}

const wireOptions = (options: readonly QuestionOption[] | null | undefined) =>
  options != null && {
    options: options.map((option) => (typeof option === 'string' ? { label: option } : option)),
  };
