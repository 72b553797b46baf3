import type { Message, Outcome, OutputOf, StopRequest } from '../wire.ts';
import type { AskResult } from './ask-result.ts';
import type { QuestionState } from './question-state.ts';

export type PendingRead = OutputOf<'readPendingMessages'>;

/** What a wait for the answer to one question has received. */
export class Received {
  readonly #questionId: string;
  readonly #messages = new Map<string, Message>();
  /** The ids of the messages that another call was sent before. */
  readonly #repeatedIds = new Set<string>();
  /** How other questions ended, by the id of the question. */
  readonly #outcomes = new Map<string, Outcome>();
  #stopRequested: StopRequest | null;
  /** Whether messages were queued after the last hand-off. */
  #more = false;

  /** @param question what came with the response to the question. */
  constructor(question: Pick<AskResult, 'question_id' | 'outcomes' | 'stop_requested'>) {
    this.#questionId = question.question_id;
    this.#stopRequested = question.stop_requested;
    this.#addOutcomes(question.outcomes);
  }

  get isStopRequested(): boolean {
    return this.#stopRequested !== null;
  }

  add({ status, messages, more, outcomes, stop_requested }: PendingRead): void {
    this.#addMessages(messages);
    this.#addOutcomes(outcomes);
    this.#stopRequested = stop_requested;
    if (status === 'ok') this.#more = more;
  }

  /** Adds messages that another call was sent before. */
  addRepeated(messages: readonly Message[]): void {
    this.#addMessages(messages);
    for (const { id } of messages) this.#repeatedIds.add(id);
  }

  /** Returns whether another call was sent this message before, or received it instead of the wait. */
  isRepeated({ id }: Pick<Message, 'id'>): boolean {
    return this.#repeatedIds.has(id) || !this.#messages.has(id);
  }

  /** Returns what was received besides the answers. @param state null if it has not been read. */
  besidesAnswers(
    state: QuestionState | null,
  ): Pick<AskResult, 'messages' | 'redelivered' | 'more' | 'outcomes' | 'stop_requested'> {
    const messages = [...this.#messages.values()].filter(
      ({ id }) => id !== state?.answer?.id && !state?.answerIdsOfOtherQuestions.has(id),
    );
    return {
      messages,
      redelivered: messages.some(({ id }) => this.#repeatedIds.has(id)),
      more: this.#more,
      outcomes: [...this.#outcomes.values()],
      stop_requested: this.#stopRequested,
    };
  }

  #addMessages(messages: readonly Message[]): void {
    for (const message of messages) this.#messages.set(message.id, message);
  }

  #addOutcomes(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes)
      if (outcome.question_id !== this.#questionId) this.#outcomes.set(outcome.question_id, outcome);
  }
}
