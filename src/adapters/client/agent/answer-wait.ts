import type { Connection } from '../http/connection.ts';
import { DashboardError, isRetryable } from '../http/errors.ts';
import type { Message } from '../wire.ts';
import type { AskResult, Unanswered } from './ask-result.ts';
import { type QuestionState, readQuestionState, type WaitLimits } from './question-state.ts';
import { type PendingRead, Received } from './received.ts';

type Question = Pick<
  AskResult,
  'question_id' | 'agent_instance_id' | 'queued_user_messages' | 'outcomes' | 'stop_requested'
>;

/** How long one call waits. Many proxies close a connection that is silent for 60 s, so it is shorter. */
const CALL_WAIT_MS = 50_000;

/**
 * The wait for the answer to one question, as a series of calls. Each call returns when the person has
 * written something, and hands over the queued messages. The wait then reads the question's state to find out
 * which message is the answer, because another call of the same agent may have received it first.
 */
export class AnswerWait {
  readonly #connection: Connection;
  readonly #question: Question;
  readonly #limits: WaitLimits;
  readonly #onLease: boolean;
  /** The id of the last message that the agent wrote or received, as far as this wait knows. */
  #lastReadId: string;
  readonly #received: Received;
  /** The state that was read last; null while none has been read. */
  #state: QuestionState | null = null;

  constructor(connection: Connection, question: Question, limits: WaitLimits, onLease = false) {
    this.#connection = connection;
    this.#question = question;
    this.#limits = limits;
    this.#onLease = onLease;
    this.#lastReadId = question.question_id;
    this.#received = new Received(question);
  }

  /** Waits for the answer to a question that was asked just now. */
  start(): Promise<AskResult> {
    return this.#returnPendingOnOutage(() => this.#waitForResult());
  }

  /** Waits for the answer to a question that was asked before and may be answered already. */
  resume(): Promise<AskResult> {
    return this.#returnPendingOnOutage(async () => {
      await this.#readAgain();
      return (await this.#readResult()) ?? this.#waitForResult();
    });
  }

  async #waitForResult(): Promise<AskResult> {
    for (;;) {
      const isAnswered = this.#state?.answer != null;
      const remainingMs = Math.max(0, this.#limits.deadlineMs - Date.now());
      // If the answer exists but is still queued, this call only hands it over and does not wait.
      const pending = await this.#readPending(isAnswered ? 0 : Math.min(CALL_WAIT_MS, remainingMs));
      const result = hasNothingNew(pending) && !isAnswered ? null : await this.#readResult();
      if (result !== null) return result;
      const isOver = this.#received.isStopRequested || Date.now() >= this.#limits.deadlineMs;
      if (isOver && this.#state?.answer == null) return this.#unanswered('pending');
    }
  }

  /**
   * Reads what was handed over after the question, page by page. The process of an earlier wait may have
   * received these messages, and stopped before it returned them.
   */
  async #readAgain(): Promise<void> {
    for (;;) {
      const { status, already_read, more } = await this.#readPending(0);
      this.#received.addRepeated(already_read);
      const last = already_read.at(-1);
      if (status === 'ok' || !more || last === undefined) return;
      this.#lastReadId = last.id;
    }
  }

  async #readPending(waitMs: number): Promise<PendingRead> {
    const { agent_instance_id, question_id } = this.#question;
    const pending: PendingRead = await this.#connection.request({
      ...this.#limits,
      method: 'POST',
      path: '/messages/pending',
      body: {
        agent_instance_id,
        last_read_message_id: this.#lastReadId,
        question_id,
        wait: waitMs / 1000,
        on_lease: this.#onLease,
      },
      waitMs,
    });
    this.#received.add(pending);
    return pending;
  }

  /** Returns the result if the question has ended and its answer, if any, was handed over; otherwise null. */
  async #readResult(): Promise<AskResult | null> {
    const state = await readQuestionState(this.#connection, this.#question, this.#limits);
    this.#state = state;
    // Other calls of this agent may have moved the read cursor and left the answer queued.
    this.#lastReadId = state.lastReadId;
    const { status, outcome } = state;
    if (status === 'expired' || status === 'withdrawn' || status === 'closed')
      return this.#unanswered(status);
    if (status === 'open' || state.answer?.read_at == null || outcome === null) return null;
    return {
      ...this.#question,
      ...this.#received.besidesAnswers(this.#state),
      status,
      answer: toMessage(state.answer),
      values: outcome.values,
      form: outcome.form,
      outcome,
      ...(this.#received.isRepeated(state.answer) && { redelivered: true }),
    };
  }

  #unanswered(status: Unanswered['status']): Unanswered {
    const noAnswer = { answer: null, values: null, form: null };
    const outcome = status === 'pending' ? null : { ...this.#state!.outcome!, values: null, form: null };
    return { ...this.#question, ...this.#received.besidesAnswers(this.#state), status, ...noAnswer, outcome };
  }

  /**
   * Returns the result of `wait`, or `pending` if the server still cannot be reached at the deadline. The
   * outage is not an error, because the server has stored the question.
   * @throws DashboardError for every other failure, also an internal error of the server.
   */
  async #returnPendingOnOutage(wait: () => Promise<AskResult>): Promise<AskResult> {
    try {
      return await wait();
    } catch (error) {
      if (error instanceof DashboardError && isRetryable(error) && error.code !== 'internal') {
        return this.#unanswered('pending');
      }
      throw error;
    }
  }
}

/**
 * An ended session counts as new, because it has closed the question. So do a question that has ended, and a
 * request to stop, because the answer may have come before it.
 */
const hasNothingNew = ({ status, messages, outcomes, ...pending }: PendingRead): boolean =>
  status === 'ok' &&
  messages.length === 0 &&
  outcomes.length === 0 &&
  pending.stop_requested === null &&
  pending.instance_status !== 'COMPLETED';

/** Reduces a message of the conversation to the five fields of `Message`. */
const toMessage = ({ id, content, sender_type, created_at, requires_user_input }: Message): Message => ({
  id,
  content,
  sender_type,
  created_at,
  requires_user_input,
});
