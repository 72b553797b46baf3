import { randomUUID } from 'node:crypto';
import type { Dispatch } from '../../../../application/dispatch/dispatch.ts';
import type { PersonAnswer, PersonQuestion } from '../../../../application/permission/person-question.ts';
import type { RememberedPermissionStep } from '../../../../application/permission/remembered-permission.ts';
import { askQuestion, sendAgentMessage } from '../../../../application/use-cases/index.ts';
import { isValidContent } from '../../../../domain/text/content.ts';
import type { ToolCall } from '../../tools/tool.ts';
import type { StdioSession } from '../stdio-session.ts';

/** The person's answers, or the reason why one of them is missing. */
export type Reply = { readonly answers: readonly PersonAnswer[] } | { readonly noAnswer: string };

/** Asks the person questions in the session's instance, each until it is answered or the time is over. */
export class PersonQuestions {
  readonly #session: StdioSession;
  readonly #timeoutSeconds: number;
  /**
   * The ids of questions that were asked while not all answers of their call had come, by instance and text.
   * If the agent calls again, it gets the answers that came, and late answers count.
   */
  readonly #questionIds = new Map<string, string>();

  /** @param timeoutSeconds how long each question waits for its answer. */
  constructor(session: StdioSession, timeoutSeconds: number) {
    this.#session = session;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** Asks the questions one after the other. */
  async ask(dispatch: Dispatch, call: ToolCall, ...questions: readonly PersonQuestion[]): Promise<Reply> {
    const instance = this.#session.agentInstanceId;
    const answers: PersonAnswer[] = [];
    for (const question of questions) {
      if (!isValidContent(question.text))
        return { noAnswer: 'The input is too long to be shown to the person' };
      const result = await this.#askOne(dispatch, call, instance, question);
      // A stop counts more than an answer: the agent must not go on.
      if (result.stop_requested !== null) return { noAnswer: stopText(result.stop_requested.reason) };
      if (result.status === 'closed') return { noAnswer: 'The session was ended: stop' };
      if (result.answer === null) {
        return {
          noAnswer: `The person did not answer within ${this.#timeoutSeconds} seconds. Continue without using this tool, or ask again later`,
        };
      }
      answers.push({ text: result.answer, values: result.outcome?.values ?? null });
    }
    for (const question of questions) this.#questionIds.delete(questionKey(instance, question));
    return { answers };
  }

  async #askOne(dispatch: Dispatch, call: ToolCall, instance: string, question: PersonQuestion) {
    const key = questionKey(instance, question);
    const questionId = this.#questionIds.get(key) ?? (await this.#send(dispatch, call, instance, question));
    // It is known before the wait, so that a call that is cancelled during the wait can be repeated.
    this.#questionIds.set(key, questionId);
    const result = await dispatch(askQuestion, {
      caller: call.caller,
      clientGone: call.signal,
      input: {
        question_id: questionId,
        agent_instance_id: instance,
        wait_seconds: this.#timeoutSeconds,
      },
    });
    this.#session.keptFeedback.keep(instance, result);
    // A question that ended without an answer gets none, so the agent has to ask a new one.
    if (result.answer === null && result.status !== 'pending') this.#questionIds.delete(key);
    return result;
  }

  /**
   * Sends a question, and keeps the feedback that comes with it. A cancellation does not interrupt this,
   * because the feedback would be lost.
   */
  async #send(
    dispatch: Dispatch,
    call: ToolCall,
    instance: string,
    { text, options, multiple = false }: PersonQuestion,
  ): Promise<string> {
    call.signal.throwIfAborted();
    return this.#post(dispatch, call, instance, {
      content: text,
      requires_user_input: true,
      ...(options.length > 0 && { options }),
      ...(multiple && { multiple, min: 1 }),
    });
  }

  /**
   * Sends a step, and does not wait for it: a server that is away must not delay what was allowed before.
   * Then there is no such step.
   */
  note(dispatch: Dispatch, call: ToolCall, step: RememberedPermissionStep): void {
    void this.#post(dispatch, call, this.#session.agentInstanceId, step).catch(() => {});
  }

  async #post(dispatch: Dispatch, call: ToolCall, instance: string, fields: object): Promise<string> {
    const sent = await dispatch(sendAgentMessage, {
      caller: call.caller,
      // The key makes this a new question, also right after one with the same text: a yes allows one use.
      idempotencyKey: randomUUID(),
      input: { ...fields, agent_instance_id: instance, agent_type: call.defaults.agentType },
    });
    const { keptFeedback } = this.#session;
    keptFeedback.endServerLease(instance);
    const user_feedback = sent.queued_user_messages.map(({ content }) => content);
    keptFeedback.keep(instance, { user_feedback, outcomes: sent.outcomes });
    return sent.message_id;
  }
}

const stopText = (reason: string | null): string =>
  `The person wants you to stop${reason === null ? '' : ` (${reason})`}: do nothing more, and end the session`;

const questionKey = (instance: string, question: PersonQuestion): string =>
  `${instance} ${JSON.stringify(question)}`;
