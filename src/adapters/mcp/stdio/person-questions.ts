import type { Dispatch } from '../../../application/dispatch/dispatch.ts';
import { askQuestion } from '../../../application/use-cases/index.ts';
import { isValidContent } from '../../../domain/conversation/message.ts';
import type { ToolCall } from '../tools/tool.ts';
import type { StdioSession } from './stdio-session.ts';

/** What came of a question: the person's answer, or the reason why there is none. */
export type Reply = { readonly answer: string } | { readonly noAnswer: string };

/** Asks the person questions in the session's instance, each until it is answered or the time is over. */
export class PersonQuestions {
  readonly #session: StdioSession;
  readonly #timeoutSeconds: number;
  /**
   * Ids of questions that timed out, by instance and text. If the agent asks such a question again, an answer
   * that came after the time-out counts.
   */
  readonly #timedOutQuestions = new Map<string, string>();

  /** @param timeoutSeconds how long each question waits for its answer. */
  constructor(session: StdioSession, timeoutSeconds: number) {
    this.#session = session;
    this.#timeoutSeconds = timeoutSeconds;
  }

  async ask(dispatch: Dispatch, { caller, defaults, signal }: ToolCall, text: string): Promise<Reply> {
    if (!isValidContent(text)) return { noAnswer: 'The input is too long to be shown to the person' };
    const instance = this.#session.agentInstanceId;
    const questionKey = `${instance} ${text}`;
    const earlierQuestionId = this.#timedOutQuestions.get(questionKey);
    const result = await dispatch(askQuestion, {
      caller,
      clientGone: signal,
      input: {
        ...(earlierQuestionId === undefined ? { question_text: text } : { question_id: earlierQuestionId }),
        agent_instance_id: instance,
        agent_type: defaults.agentType,
        wait_seconds: this.#timeoutSeconds,
      },
    });
    this.#session.keepFeedback(result.user_feedback);
    this.#timedOutQuestions.delete(questionKey);
    if (result.answer !== null) return { answer: result.answer };
    if (result.status === 'closed') return { noAnswer: 'The session was ended: stop' };
    this.#timedOutQuestions.set(questionKey, result.question_id);
    return {
      noAnswer: `The person did not answer within ${this.#timeoutSeconds} seconds. Continue without using this tool, or ask again later`,
    };
  }
}
