import { randomUUID } from 'node:crypto';
import type { Dispatch } from '../../../../application/dispatch/dispatch.ts';
import { askQuestion, sendAgentMessage } from '../../../../application/use-cases/index.ts';
import { isValidContent } from '../../../../domain/conversation/message.ts';
import type { ToolCall } from '../../tools/tool.ts';
import type { StdioSession } from '../stdio-session.ts';

/** The person's answers, or the reason why one of them is missing. */
export type Reply = { readonly answers: readonly string[] } | { readonly noAnswer: string };

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
  async ask(dispatch: Dispatch, call: ToolCall, ...texts: readonly string[]): Promise<Reply> {
    const instance = this.#session.agentInstanceId;
    const answers: string[] = [];
    for (const text of texts) {
      if (!isValidContent(text)) return { noAnswer: 'The input is too long to be shown to the person' };
      const result = await this.#askOne(dispatch, call, instance, text);
      if (result.status === 'closed') return { noAnswer: 'The session was ended: stop' };
      if (result.answer === null) {
        return {
          noAnswer: `The person did not answer within ${this.#timeoutSeconds} seconds. Continue without using this tool, or ask again later`,
        };
      }
      answers.push(result.answer);
    }
    for (const text of texts) this.#questionIds.delete(questionKey(instance, text));
    return { answers };
  }

  async #askOne(dispatch: Dispatch, call: ToolCall, instance: string, text: string) {
    const key = questionKey(instance, text);
    const questionId = this.#questionIds.get(key) ?? (await this.#send(dispatch, call, instance, text));
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
    this.#session.keptFeedback.keep(instance, result.user_feedback);
    // A closed question gets no answer, so the agent has to ask a new one.
    if (result.status === 'closed') this.#questionIds.delete(key);
    return result;
  }

  /**
   * Sends a question, and keeps the feedback that comes with it. A cancellation does not interrupt this,
   * because the feedback would be lost.
   */
  async #send(dispatch: Dispatch, call: ToolCall, instance: string, text: string): Promise<string> {
    call.signal.throwIfAborted();
    const sent = await dispatch(sendAgentMessage, {
      caller: call.caller,
      // The key makes this a new question, also right after one with the same text: a yes allows one use.
      idempotencyKey: randomUUID(),
      input: {
        agent_instance_id: instance,
        agent_type: call.defaults.agentType,
        content: text,
        requires_user_input: true,
      },
    });
    const { keptFeedback } = this.#session;
    keptFeedback.endServerLease(instance);
    keptFeedback.keep(
      instance,
      sent.queued_user_messages.map(({ content }) => content),
    );
    return sent.message_id;
  }
}

const questionKey = (instance: string, text: string): string => `${instance} ${text}`;
